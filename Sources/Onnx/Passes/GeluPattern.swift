/// Finds x * (1 + erf(x / sqrt(2))) / 2, which exporters write for GELU before version 20, and
/// makes it one Gelu node (Hendrycks & Gimpel 2016). O(nodes).
package struct GeluPattern {
  private let graph: OnnxGraph
  /// Indices of nodes that read a name, and of the one that writes it.
  private var readers: [String: [Int]] = [:]
  private var writers: [String: Int] = [:]
  private let outputs: Set<String>

  package static func recognised(in graph: OnnxGraph) -> OnnxGraph {
    let pattern = GeluPattern(graph)
    var nodes = graph.nodes
    var dropped: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() where node.opType == "Erf" {
      guard let match = pattern.match(index), dropped.isDisjoint(with: match.inner) else {
        continue
      }
      let old = nodes[match.last]
      nodes[match.last] = OnnxNode(
        name: old.name, opType: "Gelu", inputs: [match.input], outputs: old.outputs,
        position: old.position)
      dropped.formUnion(match.inner)
    }
    var result = graph
    result.nodes = nodes.indices.filter { !dropped.contains($0) }.map { nodes[$0] }
    return result
  }

  private init(_ graph: OnnxGraph) {
    self.graph = graph
    outputs = Set(graph.outputs.map(\.name))
    for (index, node) in graph.nodes.enumerated() {
      for name in node.names { readers[name, default: []].append(index) }
      for name in node.outputs { writers[name] = index }
    }
  }

  private struct Match {
    let input: String
    /// The node that gives the result, and those that nobody needs any more.
    let last: Int
    let inner: Set<Int>
  }

  private func match(_ erf: Int) -> Match? {
    guard let scaled = graph.nodes[erf].input(0).flatMap({ writers[$0] }),
      let x = scaledInput(graph.nodes[scaled]), reader(of: scaled) != nil,
      let (sum, one) = reader(of: erf), graph.nodes[sum].opType == "Add", number(one) == 1,
      let (first, beside) = reader(of: sum), graph.nodes[first].opType == "Mul", let beside
    else { return nil }
    // x * (1 + erf) * 0.5, or (0.5 * x) * (1 + erf).
    if beside == x, let (second, half) = reader(of: first), graph.nodes[second].opType == "Mul",
      number(half) == 0.5
    {
      return Match(input: x, last: second, inner: [scaled, erf, sum, first])
    }
    if let halved = writers[beside], graph.nodes[halved].opType == "Mul",
      let factors = other(than: x, in: graph.nodes[halved]), number(factors) == 0.5,
      reader(of: halved) != nil
    {
      return Match(input: x, last: first, inner: [scaled, erf, sum, halved])
    }
    return nil
  }

  /// x of x / sqrt(2), or of x * sqrt(1/2).
  private func scaledInput(_ node: OnnxNode) -> String? {
    let wanted: [String: Float] = ["Div": Float(2).squareRoot(), "Mul": Float(0.5).squareRoot()]
    guard node.inputs.count == 2, let factor = wanted[node.opType],
      let actual = number(node.inputs[1]), abs(actual - factor) < 1e-4
    else { return nil }
    return node.inputs[0]
  }

  /// The only reader of a node's only result, and what that reads beside it.
  private func reader(of index: Int) -> (node: Int, beside: String?)? {
    let node = graph.nodes[index]
    guard node.outputs.count == 1, !outputs.contains(node.outputs[0]),
      let found = readers[node.outputs[0]], found.count == 1
    else { return nil }
    return (found[0], other(than: node.outputs[0], in: graph.nodes[found[0]]))
  }

  /// The other one of a node's two inputs.
  private func other(than name: String, in node: OnnxNode) -> String? {
    guard node.inputs.count == 2, node.inputs[0] != node.inputs[1] else { return nil }
    return node.inputs[0] == name ? node.inputs[1] : node.inputs[1] == name ? node.inputs[0] : nil
  }

  private func number(_ name: String?) -> Float? {
    guard let name, case .f32(let values)? = graph.initializers[name]?.elements,
      values.count == 1
    else { return nil }
    return values[0]
  }
}
