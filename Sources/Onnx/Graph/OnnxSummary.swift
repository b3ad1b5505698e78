import Tensors

/// Counts over a model, bodies of If, Loop and Scan included.
package struct OnnxSummary: Sendable {
  /// An RNN, GRU or LSTM node; sizes are nil where the file does not state them.
  package struct Recurrent: Sendable {
    package var name, opType, direction: String
    package var inputSize, hiddenSize: Int?
    /// All but direction and hidden_size, as texts, by name.
    package var attributes: [(name: String, text: String)]
  }

  package private(set) var nodes = 0
  /// By name.
  package private(set) var operators: [(name: String, count: Int)] = []
  package private(set) var initializers = 0
  /// Elements of floating initializers.
  package private(set) var parameters = 0
  /// Bytes of all initializers in the file's types.
  package private(set) var weightBytes = 0
  package private(set) var recurrent: [Recurrent] = []

  package init(_ model: OnnxModel) {
    var counts: [String: Int] = [:]
    add(model.graph, to: &counts)
    operators = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private mutating func add(_ graph: OnnxGraph, to counts: inout [String: Int]) {
    initializers += graph.initializers.count
    for tensor in graph.initializers.values {
      guard case .number(let type) = tensor.elementType else { continue }
      weightBytes += tensor.count * type.byteCount
      if type.isFloating { parameters += tensor.count }
    }
    for node in graph.nodes {
      nodes += 1
      counts[node.opType, default: 0] += 1
      if ["RNN", "GRU", "LSTM"].contains(node.opType) { add(recurrent: node, in: graph) }
      for body in node.bodies { add(body.graph, to: &counts) }
    }
  }

  private mutating func add(recurrent node: OnnxNode, in graph: OnnxGraph) {
    func shape(_ index: Int) -> [Int?] {
      guard let name = node.input(index) else { return [] }
      return graph.type(of: name)?.shape?.map(\.size) ?? []
    }
    let weights = shape(1)
    let recurrentWeights = shape(2)
    var hidden = recurrentWeights.count == 3 ? recurrentWeights[2] : nil
    var direction = "forward"
    var attributes: [(name: String, text: String)] = []
    for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      switch (name, value) {
      case ("hidden_size", .int(let size)): hidden = Int(size)
      case ("direction", .string(let text)): direction = text
      default: attributes.append((name, value.text))
      }
    }
    recurrent.append(
      Recurrent(
        name: node.name, opType: node.opType, direction: direction,
        inputSize: weights.count == 3 ? weights[2] : nil, hiddenSize: hidden,
        attributes: attributes))
  }
}

extension OnnxAttribute {
  /// The value as it stands in listings; what is large by its kind only.
  package var text: String {
    switch self {
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .string(let value): value
    case .ints(let values): "\(values)"
    case .floats(let values): "\(values)"
    case .strings(let values): "[\(values.joined(separator: ", "))]"
    case .tensor(let tensor): tensor.type.text
    case .graph(let graph): "{\(graph.nodes.count) nodes}"
    case .type(let type): type?.text ?? "?"
    case .tensors, .types: kind
    }
  }
}
