import IR
import Onnx
import Tensors

/// Turns nodes into layers, one reading of the inputs' axes at a time.
struct ImportBuilder {
  let model: OnnxModel
  let name: String
  let states: StateInputs
  private(set) var text: DescriptionText
  /// Layers that bring a part of another's vector to the front: by layer and part.
  private var fronts: [String: String] = [:]
  /// How many nodes, bodies' included, and outputs read a name.
  private let uses: [String: Int]
  private let writers: [String: OnnxNode]
  private var values: [String: StepValue] = [:]
  /// Names computed from shapes alone.
  private var shapeNames: Set<String> = []
  private var stateInputs: [String: [ImportedModel.StatePart]] = [:]
  var warnings: [String] = []
  /// Nodes done.
  private(set) var progress = 0

  /// Descriptions have limits of their own, in bytes and in nodes of their text.
  private static let layerLimit = 4096

  var graph: OnnxGraph { model.graph }

  init(_ model: OnnxModel, name: String, states: StateInputs) {
    self.model = model
    self.name = name
    self.states = states
    text = DescriptionText(model: model, name: name)
    var uses: [String: Int] = [:]
    var writers: [String: OnnxNode] = [:]
    for node in model.graph.nodes {
      for input in node.inputs { uses[input, default: 0] += 1 }
      for body in node.bodies { for name in body.graph.freeNames { uses[name, default: 0] += 1 } }
      for output in node.outputs { writers[output] = node }
    }
    for output in model.graph.outputs { uses[output.name, default: 0] += 1 }
    self.uses = uses
    self.writers = writers
  }

  mutating func build(
    inputs: [OnnxValueInfo], axes: [[StepAxis]]
  ) throws(OnnxError) -> ImportedModel {
    var ports: [ImportedModel.Port] = []
    for (input, axes) in zip(inputs, axes) { ports.append(try add(input, axes)) }
    for node in graph.nodes {
      try add(node)
      progress += 1
    }
    let (outputs, stateOutputs) = try outputs()
    let moved = text.finish()
    func placed(_ port: ImportedModel.StatePort) -> ImportedModel.StatePort {
      var port = port
      for i in port.parts.indices {
        guard let target = moved[port.parts[i].layer] else { continue }
        port.parts[i].layer = target.layer
        port.parts[i].offset += target.offset
      }
      return port
    }
    return ImportedModel(
      name: name, description: text.yaml, tensors: text.tensors, layers: text.origins,
      inputs: ports, outputs: outputs,
      stateInputs: states.states.map {
        placed(ImportedModel.StatePort(graphName: $0.name, parts: stateInputs[$0.name] ?? []))
      }, stateOutputs: stateOutputs.map(placed), warnings: warnings)
  }

  private mutating func add(
    _ input: OnnxValueInfo, _ axes: [StepAxis]
  ) throws(OnnxError) -> ImportedModel.Port {
    let types: [ElementType] = [.f32, .i32, .u8, .u16, .i64]
    guard case .number(let element)? = input.type?.elementType, types.contains(element) else {
      let word = input.type?.elementType?.text ?? "no tensor"
      throw OnnxError(
        at: .value(input.name), "is an input of \(word), which a description cannot have",
        notes: ["it can have \(types.map(\.rawValue).joined(separator: ", "))"])
    }
    let feature = axes.firstIndex(of: .feature(0))
    let width = feature.flatMap { input.type?.shape?[$0].size } ?? 1
    guard width <= ModelLimits.size else {
      throw OnnxError(
        at: .value(input.name),
        "is an input of \(width) elements per step; \(ModelLimits.size) may be "
          + "imported")
    }
    let name = text.addInput(input.name, element: element, width: feature == nil ? nil : width)
    text.setWidth(name, width)
    values[input.name] = StepValue(source: name, width: width, axes: axes)
    return ImportedModel.Port(graphName: input.name, name: name, axes: axes)
  }

  private mutating func add(_ node: OnnxNode) throws(OnnxError) {
    if node.inputs.contains(where: states.derived.contains),
      StateInputs.moves.contains(node.opType)
    {
      return
    }
    if isShapeWork(node) {
      shapeNames.formUnion(node.outputs)
      return
    }
    guard let rule = ImportRule.all[node.opType] else {
      throw OnnxError(
        node, "has no counterpart among the layers of a description, and is not imported")
    }
    guard text.layerCount < Self.layerLimit else {
      throw OnnxError(node, "is beyond the \(Self.layerLimit) layers that an import may have")
    }
    try rule.apply(&self, node)
    for name in node.outputs where values[name]?.width ?? 0 > ModelLimits.size {
      throw OnnxError(node, "gives vectors of more than \(ModelLimits.size) elements")
    }
  }

  /// Shape, and what is computed from shapes and constants alone.
  private func isShapeWork(_ node: OnnxNode) -> Bool {
    if ["Shape", "Size"].contains(node.opType) { return true }
    guard node.bodies.isEmpty, node.inputs.contains(where: shapeNames.contains) else {
      return false
    }
    return node.inputs.allSatisfy { name in
      name.isEmpty || shapeNames.contains(name) || graph.initializers[name] != nil
    }
  }

  // MARK: Outputs

  private mutating func outputs() throws(OnnxError) -> (
    [ImportedModel.Port], [ImportedModel.StatePort]
  ) {
    var ports: [ImportedModel.Port] = []
    var stateOutputs: [ImportedModel.StatePort] = []
    let hasSequence = graph.outputs.contains { values[$0.name]?.isSequence ?? false }
    for output in graph.outputs {
      guard var value = values[output.name] else {
        throw OnnxError(at: .value(output.name), "is an output that depends on no input's values")
      }
      if !value.states.isEmpty, !value.isSequence, hasSequence || value.source == nil {
        stateOutputs.append(.init(graphName: output.name, parts: value.states))
        continue
      }
      value = try inOnePiece(value, for: output.name)
      guard let source = value.source else { continue }
      let name = text.addOutput(output.name, from: source)
      ports.append(
        .init(graphName: output.name, name: name, axes: value.axes, isFinal: value.isFinal))
    }
    guard !ports.isEmpty else {
      throw OnnxError(at: .file, "has no output that a description can have")
    }
    return (ports, stateOutputs)
  }

  private mutating func inOnePiece(
    _ value: StepValue, for output: String
  ) throws(OnnxError) -> StepValue {
    let features = value.axes.filter(\.isFeature)
    guard features.count <= 1 else {
      throw OnnxError(at: .value(output), "is an output whose steps are not vectors")
    }
    guard let source = value.source, text.isInput(source) else { return value }
    // An output stands for a layer; an input that is handed on needs one.
    let layer = text.addLayer(
      "activation", word: DescriptionText.word(output), from: [source], keys: [("kind", "linear")],
      origin: output)
    return value.replaced(by: layer)
  }
}

// MARK: - What rules ask and do

extension ImportBuilder {
  func constant(_ name: String?) -> OnnxTensor? { name.flatMap { graph.initializers[$0] } }

  func writer(of name: String) -> OnnxNode? { writers[name] }

  /// Whether only one node reads the value, so that the layer behind it may be changed.
  func isReadOnce(_ name: String) -> Bool { uses[name] == 1 }

  /// Whether several layers or outputs read the layer by now, or an output may.
  func isShared(_ layer: String) -> Bool {
    text.readers(of: layer) > 0
      || values.filter { $0.value.source == layer && isOutput($0.key) }.count > 0
  }

  private func isOutput(_ name: String) -> Bool { graph.outputs.contains { $0.name == name } }

  func isRead(_ name: String) -> Bool { uses[name] ?? 0 > 0 }

  func hasValue(_ name: String?) -> Bool { name.flatMap { values[$0] } != nil }

  /// The value of input `index`, which must be one of steps.
  func value(_ node: OnnxNode, _ index: Int) throws(OnnxError) -> StepValue {
    guard let name = node.input(index) else {
      throw OnnxError(node, "input \(index) is required, and absent")
    }
    if let value = values[name] {
      guard value.source != nil || !value.states.isEmpty else {
        throw OnnxError(node, input: index, name, "is no layer's result")
      }
      return value
    }
    let what =
      constant(name) != nil
      ? "is constant" : shapeNames.contains(name) ? "depends on sizes" : "is a state"
    throw OnnxError(node, input: index, name, "\(what); only values of steps are imported here")
  }

  /// The same with its layer, for what works on every element alone, wherever it stands.
  func elements(_ node: OnnxNode, _ index: Int) throws(OnnxError) -> (StepValue, String) {
    let value = try value(node, index)
    guard let source = value.source else {
      let names = value.states.map(\.state).joined(separator: ", ")
      throw OnnxError(
        node, input: index, node.inputs[index], "is the state \(names), which no layer reads")
    }
    guard value.axes.contains(where: \.isFeature) else {
      throw OnnxError(
        node, input: index, node.inputs[index], "has axes \(axesText(value)), no vector per step")
    }
    return (value, source)
  }

  /// The same where the vector must be in one piece along one axis.
  func vector(_ node: OnnxNode, _ index: Int) throws(OnnxError) -> (StepValue, axis: Int, String) {
    let (value, source) = try elements(node, index)
    guard let axis = value.featureAxis else {
      throw OnnxError(
        node, input: index, node.inputs[index], "has axes \(axesText(value)), no vector per step")
    }
    return (value, axis, source)
  }

  func axesText(_ value: StepValue) -> String {
    "[\(value.axes.map(\.text).joined(separator: ", "))]"
  }

  mutating func set(_ node: OnnxNode, _ value: StepValue, output: Int = 0) {
    if let source = value.source { text.setWidth(source, value.width) }
    if let name = node.output(output) { values[name] = value }
  }

  /// Adds a layer for a node and returns its name.
  mutating func layer(
    _ kind: String, for node: OnnxNode, from sources: [String], _ keys: [(String, String)] = []
  ) -> String {
    let word = DescriptionText.layerWord(node.name, opType: node.opType, kind: kind)
    return text.addLayer(
      kind, word: word, from: sources, keys: keys, origin: "\(node.name) (\(node.opType))")
  }

  mutating func addCell(_ layer: String, _ weights: CellWeights) { text.addCell(layer, weights) }

  mutating func addTensor(_ name: String, _ values: [Float], shape: [Int]) {
    text.addTensor(name, values, shape: shape)
  }

  /// nil takes the key away.
  mutating func setKey(_ key: String, _ value: String?, of layer: String) {
    text.setKey(key, value, of: layer)
  }

  func key(_ key: String, of layer: String) -> String? { text.key(key, of: layer) }
  func kind(of layer: String) -> String? { text.kind(of: layer) }

  mutating func noteState(_ graphInput: String, _ part: ImportedModel.StatePart) {
    stateInputs[graphInput, default: []].append(part)
  }

  /// A layer with part `part` of the vector before the others, made once.
  mutating func partInFront(
    _ part: Int, of value: StepValue, _ source: String, _ node: OnnxNode
  ) -> String {
    let key = "\(source) \(part) \(value.parts)"
    if let layer = fronts[key] { return layer }
    let after = value.parts[(part + 1)...].reduce(1, *)
    let before = value.parts[..<part].reduce(1, *)
    let size = value.parts[part]
    let order = (0..<size).flatMap { p in
      (0..<before).flatMap { b in (0..<after).map { (b * size + p) * after + $0 } }
    }
    let parts = after == 1 ? [before, size] : []
    let layer = MovementImport.permutation(&self, node, order, source, parts)
    fronts[key] = layer
    return layer
  }
}
