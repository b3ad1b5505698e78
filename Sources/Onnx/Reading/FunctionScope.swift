/// Names and attributes of one call of a local function.
struct FunctionScope {
  private let function: ProtoFunction
  private let prefix: String
  /// The function's own names by the caller's.
  private var names: [String: String] = ["": ""]
  private var attributes: [String: ProtoAttribute] = [:]
  /// Copies of what an output takes straight from an input, or from another output.
  private(set) var identities: [ProtoNode] = []

  init(_ function: ProtoFunction, call: ProtoNode, prefix: String) throws(OnnxError) {
    self.function = function
    self.prefix = prefix
    guard call.input.count <= function.input.count, call.output.count <= function.output.count
    else {
      throw OnnxError(
        at: call.place,
        "has \(call.input.count) inputs and \(call.output.count) outputs; function "
          + "\(onnxQuoted(function.name)) has \(function.input.count) and "
          + "\(function.output.count)")
    }
    for (i, name) in function.input.enumerated() {
      guard names.updateValue(i < call.input.count ? call.input[i] : "", forKey: name) == nil else {
        throw OnnxError(at: call.place, "the function has two inputs \(onnxQuoted(name))")
      }
    }
    for attribute in function.attributeProto { attributes[attribute.name] = attribute }
    for attribute in call.attribute { attributes[attribute.name] = attribute }
    for (name, outer) in zip(function.output, call.output) where !outer.isEmpty {
      if let taken = names[name] {
        identities.append(Self.identity(from: taken, to: outer, prefix: prefix))
      } else {
        names[name] = outer
      }
    }
  }

  private static func identity(from source: String, to name: String, prefix: String) -> ProtoNode {
    var node = ProtoNode()
    node.name = prefix + "Identity"
    node.opType = "Identity"
    node.input = [source]
    node.output = [name]
    return node
  }

  /// The function's nodes as the caller would have written them.
  func nodes() throws(OnnxError) -> [ProtoNode] { try rename(function.node, names) }

  private func rename(
    _ nodes: [ProtoNode], _ names: [String: String]
  ) throws(OnnxError) -> [ProtoNode] {
    var result: [ProtoNode] = []
    for var node in nodes {
      node.name = prefix + (node.name.isEmpty ? "\(node.opType)_\(result.count)" : node.name)
      node.input = node.input.map { renamed($0, names) }
      node.output = node.output.map { renamed($0, names) }
      node.attribute = try bind(node.attribute, names)
      result.append(node)
    }
    return result
  }

  private func renamed(_ name: String, _ names: [String: String]) -> String {
    names[name] ?? prefix + name
  }

  /// Attributes with their references resolved; one that the call leaves out is absent.
  private func bind(
    _ list: [ProtoAttribute], _ names: [String: String]
  ) throws(OnnxError) -> [ProtoAttribute] {
    var result: [ProtoAttribute] = []
    for var attribute in list {
      if !attribute.refAttrName.isEmpty {
        guard var value = attributes[attribute.refAttrName] else { continue }
        value.name = attribute.name
        result.append(value)
        continue
      }
      if attribute.isGraph { attribute.g = try renamed(attribute.g, names) }
      result.append(attribute)
    }
    return result
  }

  private func renamed(
    _ graph: ProtoGraph, _ names: [String: String]
  ) throws(OnnxError) -> ProtoGraph {
    var graph = graph
    graph.input = graph.input.map { renamed($0, names) }
    graph.output = graph.output.map { renamed($0, names) }
    graph.valueInfo = graph.valueInfo.map { renamed($0, names) }
    for i in graph.initializer.indices {
      graph.initializer[i].name = renamed(graph.initializer[i].name, names)
    }
    graph.node = try rename(graph.node, names)
    return graph
  }

  private func renamed(_ info: ProtoValueInfo, _ names: [String: String]) -> ProtoValueInfo {
    var info = info
    info.name = renamed(info.name, names)
    return info
  }
}
