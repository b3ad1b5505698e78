import Onnx

/// What an ONNX file holds, as `show` prints it.
struct OnnxListing {
  private let model: OnnxModel
  private let summary: OnnxSummary
  private let recurrentNodes: [OnnxSummary.Recurrent]

  /// `simplified` knows the sizes of weights that the file computes from others.
  init(_ model: OnnxModel, simplified: OnnxModel) {
    self.model = model
    summary = OnnxSummary(model)
    recurrentNodes = OnnxSummary(simplified).recurrent
  }

  func show(_ session: Session) throws {
    session.addResult(json)
    try session.print("ONNX model \(model.graph.name): ai.onnx \(model.opset), IR \(irVersion)\n")
    try session.print(values)
    try session.print("")
    try session.print(operators)
    if recurrentNodes.isEmpty { return }
    try session.print("")
    try session.print(recurrent)
  }

  private var irVersion: String {
    let producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }
    let by = producer.isEmpty ? "" : ", by \(producer.joined(separator: " "))"
    return "\(model.irVersion)\(by)"
  }

  private var values: Table {
    var table = Table([.word("value"), .word("name"), .word("type")])
    for (role, list) in roles {
      for info in list { table.add([role, info.name, info.type?.text ?? "?"]) }
    }
    return table
  }

  private var roles: [(String, [OnnxValueInfo])] {
    [
      ("input", model.graph.inputs), ("input with a default", model.graph.defaultedInputs),
      ("output", model.graph.outputs),
    ]
  }

  private var operators: Table {
    var table = Table([.word("operator"), .number("nodes")])
    for (name, count) in summary.operators { table.add([name, String(count)]) }
    table.addRule()
    table.add(["\(summary.operators.count) in all", String(summary.nodes)])
    table.add(["initializers", String(summary.initializers)])
    table.add(["parameters", grouped(summary.parameters)])
    table.add(["weights [bytes]", grouped(summary.weightBytes)])
    return table
  }

  private var recurrent: Table {
    var table = Table([
      .word("node"), .word("operator"), .word("direction"), .number("input"), .number("hidden"),
      .word("attributes"),
    ])
    for node in recurrentNodes {
      let attributes = node.attributes.map { "\($0.name)=\($0.text)" }
      table.add([
        node.name, node.opType, node.direction, node.inputSize.map { String($0) } ?? "?",
        node.hiddenSize.map { String($0) } ?? "?", attributes.joined(separator: " "),
      ])
    }
    return table
  }

  private var json: JSON {
    .object([
      "graph": .string(model.graph.name), "opset": .integer(model.opset),
      "ir_version": .integer(model.irVersion), "producer": .string(model.producerName),
      "producer_version": .string(model.producerVersion),
      "inputs": .array(model.graph.inputs.map(Self.json)),
      "inputs_with_default": .array(model.graph.defaultedInputs.map(Self.json)),
      "outputs": .array(model.graph.outputs.map(Self.json)),
      "nodes": .integer(summary.nodes),
      "operators": .object(summary.operators.map { ($0.name, .integer($0.count)) }),
      "initializers": .integer(summary.initializers),
      "parameters": .integer(summary.parameters), "weight_bytes": .integer(summary.weightBytes),
      "recurrent": .array(recurrentNodes.map(Self.json)),
    ])
  }

  private static func json(_ info: OnnxValueInfo) -> JSON {
    .object([
      "name": .string(info.name), "type": .optional(info.type?.elementType?.text),
      "shape": info.type?.shape.map { .array($0.map(json)) } ?? .null,
    ])
  }

  /// A number, the name of a symbolic axis, or null.
  private static func json(_ dimension: OnnxDimension) -> JSON {
    switch dimension {
    case .known(let size): .integer(size)
    case .symbolic(let name): .string(name)
    case .unknown: .null
    }
  }

  private static func json(_ node: OnnxSummary.Recurrent) -> JSON {
    .object([
      "node": .string(node.name), "operator": .string(node.opType),
      "direction": .string(node.direction), "input_size": .optional(node.inputSize),
      "hidden_size": .optional(node.hiddenSize),
      "attributes": .object(node.attributes.map { ($0.name, .string($0.text)) }),
    ])
  }
}
