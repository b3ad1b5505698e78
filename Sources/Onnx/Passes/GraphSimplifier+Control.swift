/// If, Loop and Scan.
extension GraphSimplifier {
  mutating func addControl(_ node: OnnxNode) throws(OnnxError) {
    switch node.opType {
    case "If": try addIf(node)
    case "Loop": try addLoop(node)
    default: try addScan(node)
    }
  }

  private func body(_ node: OnnxNode, _ key: String) throws(OnnxError) -> OnnxGraph {
    guard let body = try node.graph(key) else { throw OnnxError(node, "has no \(key)") }
    return body
  }

  /// A body simplified under what is known of its inputs, and what is known of its outputs.
  private func simplified(
    _ body: OnnxGraph, inputs: [OnnxFact]
  ) throws(OnnxError) -> (OnnxGraph, [OnnxFact]) {
    let inner = SimplifierScope(outer: scope)
    for (i, input) in body.inputs.enumerated() {
      let given = i < inputs.count ? inputs[i].type : nil
      inner.facts[input.name] = OnnxFact(type: given ?? input.type)
    }
    var simplifier = GraphSimplifier(state: state, scope: inner, declared: body.valueInfos)
    let graph = try simplifier.run(body)
    return (graph, graph.outputs.map { inner.fact($0.name) })
  }

  // MARK: If

  private mutating func addIf(_ node: OnnxNode) throws(OnnxError) {
    let branches = [try body(node, "then_branch"), try body(node, "else_branch")]
    if let wrong = branches.first(where: { $0.outputs.count != node.outputs.count }) {
      throw OnnxError(
        node, "has \(node.outputs.count) outputs, and a branch with \(wrong.outputs.count)")
    }
    guard let condition = node.input(0) else { throw OnnxError(node, "has no condition") }
    if case .bool(let truths)? = scope.fact(condition).constant?.elements, truths.count == 1 {
      try inline(branches[truths[0] ? 0 : 1], of: node)
      return
    }
    var node = node
    var results: [[OnnxFact]] = []
    for (key, branch) in zip(["then_branch", "else_branch"], branches) {
      let (graph, facts) = try simplified(branch, inputs: [])
      node.attributes[key] = .graph(graph)
      results.append(facts)
    }
    keep(node, zip(results[0], results[1]).map { OnnxFact(type: common($0.type, $1.type)) })
  }

  /// The branch's nodes in place of the node, under names of their own.
  private mutating func inline(_ branch: OnnxGraph, of node: OnnxNode) throws(OnnxError) {
    let renamed = branch.renamed(prefix: "\(node.name).\(node.position)/")
    for (name, tensor) in renamed.initializers { scope.facts[name] = OnnxFact(tensor) }
    for inner in renamed.nodes { try add(inner) }
    for (output, name) in zip(renamed.outputs, node.outputs) where !name.isEmpty {
      let copy = OnnxNode(
        name: node.name, opType: "Identity", inputs: [output.name], outputs: [name],
        position: node.position)
      try add(copy)
    }
  }

  /// What holds for a value that is one or the other.
  private func common(_ a: OnnxType?, _ b: OnnxType?) -> OnnxType? {
    guard let a, let b else { return nil }
    if a == b { return a }
    guard case .tensor(let element, let left) = a, case .tensor(element, let right) = b else {
      return nil
    }
    guard let left, let right, left.count == right.count else { return .tensor(element, nil) }
    return .tensor(element, zip(left, right).map { $0 == $1 ? $0 : .unknown })
  }

  // MARK: Loop

  private mutating func addLoop(_ node: OnnxNode) throws(OnnxError) {
    let body = try body(node, "body")
    let carried = node.inputs.count - 2
    guard carried >= 0, body.inputs.count == node.inputs.count,
      body.outputs.count >= 1 + carried, node.outputs.count <= body.outputs.count - 1
    else {
      throw OnnxError(
        node,
        "has \(node.inputs.count) inputs and \(node.outputs.count) outputs, its body "
          + "\(body.inputs.count) and \(body.outputs.count)")
    }
    var types = node.inputs.dropFirst(2).map { scope.fact($0).type }
    let fixed = [
      OnnxFact(type: .tensor(.number(.i64), [])), OnnxFact(type: .tensor(.number(.bool), [])),
    ]
    // Loops inside loops would multiply the rounds; where there are many, nothing is assumed.
    if state.visits > SimplifierState.visitLimit { types = types.map { _ in nil } }
    var (inner, facts) = try simplified(body, inputs: fixed + types.map { OnnxFact(type: $0) })
    // What changes from pass to pass is not known; a few rounds find what stays.
    for round in 0..<4 where types.contains(where: { $0 != nil }) {
      let next = zip(types, facts[1...]).map { round < 3 ? common($0, $1.type) : nil }
      if next == types { break }
      types = next
      (inner, facts) = try simplified(body, inputs: fixed + types.map { OnnxFact(type: $0) })
    }
    let steps =
      runsThrough(inner, facts[0]) ? node.input(0).flatMap { scope.fact($0).entries?.first } : nil
    let stacked = facts[(1 + carried)...].map { fact in
      OnnxFact(fact.element, fact.shape.map { [steps ?? .unknown] + $0 })
    }
    var node = node
    node.attributes["body"] = .graph(inner)
    keep(node, types.map { OnnxFact(type: $0) } + stacked)
  }

  /// Whether no pass of the body can end the loop early.
  private func runsThrough(_ body: OnnxGraph, _ condition: OnnxFact) -> Bool {
    if condition.constant?.elements == .bool([true]) { return true }
    let (input, output) = (body.inputs[1].name, body.outputs[0].name)
    let writer = body.nodes.first { $0.outputs.contains(output) }
    return output == input || writer?.opType == "Identity" && writer?.inputs == [input]
  }

  // MARK: Scan

  private mutating func addScan(_ node: OnnxNode) throws(OnnxError) {
    let body = try body(node, "body")
    let scanned = try node.int("num_scan_inputs", default: 0)
    // Version 8 has a batch axis and lengths; nothing is inferred for it.
    guard state.opset >= 9 else {
      keep(node, [])
      return
    }
    let states = node.inputs.count - scanned
    guard scanned > 0, states >= 0, body.inputs.count == node.inputs.count,
      body.outputs.count >= states, node.outputs.count <= body.outputs.count
    else {
      throw OnnxError(
        node,
        "has \(node.inputs.count) inputs, \(scanned) of them scanned, its body "
          + "\(body.inputs.count)")
    }
    let axes = try node.ints("scan_input_axes") ?? Array(repeating: 0, count: scanned)
    let outputs = body.outputs.count - states
    let outputAxes = try node.ints("scan_output_axes") ?? Array(repeating: 0, count: outputs)
    guard axes.count == scanned, outputAxes.count == outputs else {
      throw OnnxError(node, "its axes do not fit its scanned inputs and outputs")
    }
    var steps = OnnxDimension.unknown
    var inputs = node.inputs.prefix(states).map { OnnxFact(type: scope.fact($0).type) }
    for (name, axis) in zip(node.inputs.dropFirst(states), axes) {
      let fact = scope.fact(name)
      guard var shape = fact.shape else {
        inputs.append(OnnxFact(fact.element, nil))
        continue
      }
      let view = NodeView(node: node, opset: state.opset, inputs: [])
      guard !shape.isEmpty else { throw OnnxError(node, "scans a scalar") }
      steps = shape.remove(at: try view.axis(axis, rank: shape.count))
      inputs.append(OnnxFact(fact.element, shape))
    }
    let (inner, facts) = try simplified(body, inputs: inputs)
    var node = node
    node.attributes["body"] = .graph(inner)
    let stacked = zip(facts[states...], outputAxes).map { fact, axis in
      guard var shape = fact.shape else { return OnnxFact(fact.element, nil) }
      let place = axis < 0 ? axis &+ shape.count &+ 1 : axis
      guard (0...shape.count).contains(place) else { return OnnxFact(fact.element, nil) }
      shape.insert(steps, at: place)
      return OnnxFact(fact.element, shape)
    }
    keep(node, inputs.prefix(states).map { OnnxFact(type: $0.type) } + stacked)
  }
}

extension OnnxGraph {
  /// The same graph with a prefix before every name that it writes, in bodies too.
  func renamed(prefix: String) -> OnnxGraph {
    var own = Set(initializers.keys).union(inputs.map(\.name))
    for node in nodes { own.formUnion(node.outputs) }
    own.remove("")
    return renaming(own, prefix)
  }

  private func renaming(_ names: Set<String>, _ prefix: String) -> OnnxGraph {
    func new(_ name: String) -> String { names.contains(name) ? prefix + name : name }
    var graph = self
    graph.inputs = inputs.map { OnnxValueInfo(name: new($0.name), type: $0.type) }
    graph.outputs = outputs.map { OnnxValueInfo(name: new($0.name), type: $0.type) }
    graph.initializers = Dictionary(
      uniqueKeysWithValues: initializers.map { (new($0.key), $0.value) })
    graph.valueInfos = Dictionary(uniqueKeysWithValues: valueInfos.map { (new($0.key), $0.value) })
    graph.nodes = nodes.map { node in
      var node = node
      node.inputs = node.inputs.map(new)
      node.outputs = node.outputs.map(new)
      node.attributes = node.attributes.mapValues { attribute in
        guard case .graph(let body) = attribute else { return attribute }
        // A name that the body writes itself hides the outer one.
        var hidden = Set(body.initializers.keys).union(body.inputs.map(\.name))
        for inner in body.nodes { hidden.formUnion(inner.outputs) }
        return .graph(body.renaming(names.subtracting(hidden), prefix))
      }
      return node
    }
    return graph
  }
}
