/// Simplifies one graph; bodies get simplifiers of their own over the same facts.
struct GraphSimplifier {
  let state: SimplifierState
  let scope: SimplifierScope
  /// Types that the file states.
  let declared: [String: OnnxType]
  var kept: [OnnxNode] = []
  /// Names that keep their values, whoever else has them.
  private var outputNames: Set<String> = []

  init(state: SimplifierState, scope: SimplifierScope, declared: [String: OnnxType]) {
    self.state = state
    self.scope = scope
    self.declared = declared
  }

  /// The inputs' facts must be in the scope.
  mutating func run(_ graph: OnnxGraph) throws(OnnxError) -> OnnxGraph {
    for (name, tensor) in graph.initializers { scope.facts[name] = OnnxFact(tensor) }
    outputNames = Set(graph.outputs.map(\.name))
    for node in graph.nodes { try add(node) }
    return finished(graph)
  }

  /// Carries out, replaces or keeps one node.
  mutating func add(_ original: OnnxNode) throws(OnnxError) {
    state.visits += 1
    var node = original
    node.inputs = node.inputs.map { $0.isEmpty ? "" : scope.resolved($0) }
    if let source = passedOn(node), !outputNames.contains(node.outputs[0]) {
      scope.aliases[node.outputs[0]] = source
      scope.facts[node.outputs[0]] = scope.fact(source)
      return
    }
    if ["If", "Loop", "Scan"].contains(node.opType) {
      try addControl(node)
      return
    }
    let view = NodeView(
      node: node, opset: state.opset,
      inputs: node.inputs.map { $0.isEmpty ? nil : scope.fact($0) })
    guard let rule = OperatorRule.all[node.opType] else {
      keep(node, node.outputs.map { _ in .unknown })
      return
    }
    var results = try rule.infer(view)
    if let tensors = try state.folding.fold(view, rule, results) {
      results = tensors.map { OnnxFact($0) }
    }
    let used = zip(node.outputs, results).filter { !$0.0.isEmpty }
    let isWhole = used.count == node.outputs.count(where: { !$0.isEmpty })
    if isWhole, !used.isEmpty, used.allSatisfy({ $0.1.constant != nil }) {
      for (name, fact) in used { scope.facts[name] = fact }
    } else {
      keep(node, results)
    }
  }

  mutating func keep(_ node: OnnxNode, _ results: [OnnxFact]) {
    kept.append(node)
    for (i, name) in node.outputs.enumerated() where !name.isEmpty {
      var fact = i < results.count ? results[i] : .unknown
      fact.type = merge(fact.type, declared[name])
      scope.facts[name] = fact
    }
  }

  /// The value that a node only hands on.
  private func passedOn(_ node: OnnxNode) -> String? {
    guard node.outputs.count == 1 || node.output(1) == nil, node.output(0) != nil else {
      return nil
    }
    switch node.opType {
    case "Identity": return node.input(0)
    case "Dropout":
      if let mode = node.input(2), scope.fact(mode).constant?.elements != .bool([false]) {
        return nil
      }
      return node.input(0)
    default: return nil
    }
  }

  // MARK: What is left

  /// Only nodes that something needs, with the constants that they read.
  private func finished(_ graph: OnnxGraph) -> OnnxGraph {
    var needed = Set(graph.outputs.map { scope.resolved($0.name) })
    var nodes: [OnnxNode] = []
    for node in kept.reversed() where node.outputs.contains(where: needed.contains) {
      nodes.append(node)
      needed.formUnion(node.names)
    }
    var result = graph
    result.nodes = nodes.reversed()
    result.initializers = [:]
    result.valueInfos = [:]
    for name in needed {
      if let constant = scope.facts[name]?.constant { result.initializers[name] = constant }
    }
    for node in nodes {
      for name in node.outputs where !name.isEmpty {
        result.valueInfos[name] = scope.facts[name]?.type
      }
    }
    result.outputs = graph.outputs.map { output in
      let name = scope.resolved(output.name)
      return OnnxValueInfo(name: name, type: merge(scope.fact(name).type, output.type))
    }
    return result
  }
}

extension OnnxNode {
  /// All that it reads, bodies included.
  var names: Set<String> {
    var names = Set(inputs)
    for body in bodies { names.formUnion(body.graph.freeNames) }
    names.remove("")
    return names
  }
}

extension OnnxGraph {
  /// Names that it reads and does not write.
  package var freeNames: Set<String> {
    var free = Set(outputs.map(\.name))
    for node in nodes { free.formUnion(node.names) }
    free.subtract(inputs.map(\.name))
    free.subtract(defaultedInputs.map(\.name))
    free.subtract(initializers.keys)
    for node in nodes { free.subtract(node.outputs) }
    return free
  }

  /// What the graph says of a value that it defines.
  package func type(of name: String) -> OnnxType? {
    initializers[name]?.type ?? valueInfos[name] ?? inputs.first { $0.name == name }?.type
      ?? defaultedInputs.first { $0.name == name }?.type
  }
}
