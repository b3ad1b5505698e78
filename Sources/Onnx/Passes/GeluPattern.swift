/// Finds x * (1 + erf(x / sqrt(2))) / 2, which exporters write for GELU before version 20, and
/// makes it one Gelu node (Hendrycks & Gimpel 2016).
package enum GeluPattern {
  package static func recognised(in graph: OnnxGraph) -> OnnxGraph {
    var graph = graph
    var replaced: Set<String> = []
    for node in graph.nodes where node.opType == "Erf" {
      guard let match = Match(node, in: graph), !replaced.contains(match.output) else { continue }
      replaced.insert(match.output)
      guard let place = graph.nodes.firstIndex(where: { $0.outputs == [match.output] }) else {
        continue
      }
      let old = graph.nodes[place]
      graph.nodes[place] = OnnxNode(
        name: old.name, opType: "Gelu", inputs: [match.input], outputs: old.outputs,
        position: old.position)
      graph.nodes.removeAll { $0.outputs.contains { match.inner.contains($0) } }
    }
    return graph
  }

  private struct Match {
    let input, output: String
    /// Values that nobody needs any more.
    let inner: Set<String>

    init?(_ erf: OnnxNode, in graph: OnnxGraph) {
      func number(_ name: String) -> Float? {
        guard case .f32(let values)? = graph.initializers[name]?.elements, values.count == 1 else {
          return nil
        }
        return values[0]
      }
      /// The only reader of a value, and what it reads beside.
      func reader(_ name: String) -> (node: OnnxNode, other: String)? {
        let readers = graph.nodes.filter { $0.names.contains(name) }
        guard readers.count == 1, let node = readers.first, node.inputs.count == 2,
          node.inputs[0] != node.inputs[1], !graph.outputs.contains(where: { $0.name == name })
        else { return nil }
        return (node, node.inputs[node.inputs[0] == name ? 1 : 0])
      }
      func isAbout(_ value: Float?, _ wanted: Float) -> Bool {
        value.map { abs($0 - wanted) < 1e-4 } ?? false
      }
      guard let scaled = graph.nodes.first(where: { $0.outputs == erf.inputs }),
        scaled.inputs.count == 2, reader(scaled.outputs[0]) == nil,
        graph.nodes.filter({ $0.names.contains(scaled.outputs[0]) }).count == 1
      else { return nil }
      let isScaled =
        scaled.opType == "Div" && isAbout(number(scaled.inputs[1]), Float(2).squareRoot())
        || scaled.opType == "Mul" && isAbout(number(scaled.inputs[1]), Float(0.5).squareRoot())
      guard isScaled, let (sum, one) = reader(erf.outputs[0]), sum.opType == "Add",
        number(one) == 1, let (first, beside) = reader(sum.outputs[0]), first.opType == "Mul"
      else { return nil }
      let x = scaled.inputs[0]
      var inner = [scaled.outputs[0], erf.outputs[0], sum.outputs[0]]
      // x * (1 + erf) * 0.5, or (0.5 * x) * (1 + erf).
      if beside == x, let (second, half) = reader(first.outputs[0]), second.opType == "Mul",
        number(half) == 0.5
      {
        inner.append(first.outputs[0])
        output = second.outputs[0]
      } else if let halved = graph.nodes.first(where: { $0.outputs == [beside] }),
        halved.opType == "Mul", halved.inputs.contains(x),
        halved.inputs.contains(where: { number($0) == 0.5 }), reader(beside) != nil
      {
        inner.append(beside)
        output = first.outputs[0]
      } else {
        return nil
      }
      input = x
      self.inner = Set(inner)
    }
  }
}
