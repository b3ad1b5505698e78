/// A name that a graph reads and does not write: where it was first read.
struct FreeName {
  let place: OnnxError.Place
  /// Position of the reader, for the first of several.
  let order: Int
}

/// One graph message, bodies included, to an `OnnxGraph` in topological order.
struct GraphReader {
  let opsets: [String: Int]
  let irVersion: Int64
  let tensors: TensorReader

  /// The graph and the names that it takes from the graphs around it.
  func read(
    _ proto: ProtoGraph, nodes protoNodes: [ProtoNode], depth: Int
  ) throws(OnnxError) -> (OnnxGraph, free: [String: FreeName]) {
    let initializers = try initializers(proto)
    let inputs = try values(proto.input)
    var names = GraphNames(outside: initializers.keys + inputs.map(\.name))
    var nodes: [OnnxNode] = []
    for (position, node) in protoNodes.enumerated() {
      let (node, free) = try self.node(node, position, depth: depth)
      try names.add(node, free: free)
      nodes.append(node)
    }
    let outputs = try values(proto.output)
    names.add(outputs: outputs.map(\.name))
    let order = try names.order(of: nodes)
    let graph = OnnxGraph(
      name: proto.name, nodes: order.map { nodes[$0] },
      inputs: inputs.filter { initializers[$0.name] == nil }, outputs: outputs,
      initializers: initializers, valueInfos: try types(proto.valueInfo),
      defaultedInputs: inputs.filter { initializers[$0.name] != nil })
    return (graph, names.free)
  }

  private func initializers(_ proto: ProtoGraph) throws(OnnxError) -> [String: OnnxTensor] {
    if let sparse = proto.sparseInitializer.first {
      throw OnnxError(at: .tensor(sparse.values.name), "is a sparse initializer, which is not read")
    }
    var result: [String: OnnxTensor] = [:]
    for tensor in proto.initializer {
      guard !tensor.name.isEmpty else {
        throw OnnxError(at: .graph(proto.name), "has an initializer without a name")
      }
      let value = try tensors.read(tensor, at: .tensor(tensor.name))
      guard result.updateValue(value, forKey: tensor.name) == nil else {
        throw OnnxError(at: .tensor(tensor.name), "is initialized twice")
      }
    }
    return result
  }

  private func values(_ list: [ProtoValueInfo]) throws(OnnxError) -> [OnnxValueInfo] {
    var seen: Set<String> = []
    var result: [OnnxValueInfo] = []
    for info in list {
      guard !info.name.isEmpty else {
        throw OnnxError(at: .file, "a graph has an input or output without a name")
      }
      guard seen.insert(info.name).inserted else {
        throw OnnxError(at: .value(info.name), "is an input or output of its graph twice")
      }
      let type = try info.hasType ? TypeReader.read(info.type, at: .value(info.name)) : nil
      result.append(OnnxValueInfo(name: info.name, type: type))
    }
    return result
  }

  private func types(_ list: [ProtoValueInfo]) throws(OnnxError) -> [String: OnnxType] {
    var result: [String: OnnxType] = [:]
    for info in list where info.hasType && result[info.name] == nil {
      result[info.name] = try TypeReader.read(info.type, at: .value(info.name))
    }
    return result
  }

  private func node(
    _ proto: ProtoNode, _ position: Int, depth: Int
  ) throws(OnnxError) -> (OnnxNode, free: [String: FreeName]) {
    var node = OnnxNode(
      name: proto.name.isEmpty ? "\(proto.opType)_\(position)" : proto.name,
      opType: proto.opType, domain: ModelReader.canonicalDomain(proto.domain),
      inputs: proto.input, outputs: proto.output, position: position)
    try checkOperator(node)
    var free: [String: FreeName] = [:]
    for attribute in proto.attribute {
      let value: OnnxAttribute
      if attribute.isGraph {
        guard depth < OnnxLimits.graphDepth else { throw OnnxError(node, nestingMessage) }
        let (body, names) = try read(attribute.g, nodes: attribute.g.node, depth: depth + 1)
        free.merge(names) { first, _ in first }
        value = .graph(body)
      } else {
        value = try AttributeReader(node: node, tensors: tensors).read(attribute)
      }
      guard node.attributes.updateValue(value, forKey: attribute.name) == nil else {
        throw OnnxError(node, "has attribute \(onnxQuoted(attribute.name)) twice")
      }
    }
    return (node, free)
  }

  private func checkOperator(_ node: OnnxNode) throws(OnnxError) {
    guard !node.opType.isEmpty else { throw OnnxError(node, "has no operator") }
    guard node.domain.isEmpty else {
      let known = opsets[node.domain] != nil ? "" : ", which the model does not import"
      throw OnnxError(
        node, "is an operator of the unknown domain \(onnxQuoted(node.domain))\(known)",
        help: ["operators of ai.onnx and the model's own functions are read"])
    }
    let version = opsets[""] ?? 0
    guard
      version >= OnnxLimits.firstWholeOpset
        || OnnxLimits.unchangedBeforeOpset7.contains(node.opType)
    else {
      throw OnnxError(
        node, "had another meaning in version \(version) of ai.onnx",
        help: ["write the model for version \(OnnxLimits.firstWholeOpset) or a newer one"])
    }
  }
}
