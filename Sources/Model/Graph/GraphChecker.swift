import Diagnostics
import IR

/// Description to `CheckedGraph`: names, order, widths and structures. Finds everything that is
/// wrong with them; a layer behind a broken one is left alone, since its width is a guess.
package struct GraphChecker {
  let description: Description
  var diagnostics = DiagnosticList()
  /// By name, in the description's numbering.
  var places: [String: Source] = [:]
  /// Per layer of the description; nil where a name is unknown.
  var sources: [[Source]?] = []
  /// Layers of the result, and where each of the description's layers went.
  private var layers: [CheckedLayer] = []
  private var moved: [Int: Int] = [:]
  /// Elements of all results and states so far.
  private var totalWidth = 0

  /// Checks the whole graph; nil when there are errors among the diagnostics.
  package static func check(
    _ description: Description
  ) -> (graph: CheckedGraph?, diagnostics: [Diagnostic]) {
    var checker = GraphChecker(description: description)
    let graph = checker.check()
    return (checker.diagnostics.hasErrors ? nil : graph, checker.diagnostics.all)
  }

  private init(description: Description) { self.description = description }

  private mutating func check() -> CheckedGraph {
    collectNames()
    resolveSources()
    for index in layerOrder() { addLayer(index) }
    let outputs = description.outputs.compactMap { output($0) }
    warnAboutUnused(outputs)
    return CheckedGraph(
      name: description.name, inputs: graphInputs, layers: layers, outputs: outputs,
      rate: description.rate)
  }

  private var graphInputs: [ModelGraph.Input] {
    description.inputs.map {
      ModelGraph.Input(name: $0.name.text, element: $0.element, shape: $0.shape)
    }
  }

  mutating func report(
    _ span: SourceSpan, _ message: String, notes: [String] = [], help: [String] = []
  ) {
    diagnostics.append(.error(span, message, notes: notes, help: help))
  }

  mutating func warn(_ span: SourceSpan, _ message: String, help: [String] = []) {
    diagnostics.append(.warning(span, message, help: help))
  }
}

// MARK: - Layers

extension GraphChecker {
  private mutating func addLayer(_ index: Int) {
    let layer = description.layers[index]
    guard let sources = sources[index],
      let values = resolved(sources), acceptsElements(layer, sources)
    else { return }
    let width = values.reduce(0) { $0 + self.width(of: $1) }
    guard width <= ModelLimits.size else {
      return report(layer.name.span, tooWide(layer.name.text, width))
    }
    let joined = join(values, width, for: layer)
    let widths = joined.map { self.width(of: $0) }
    guard totalWidth <= ModelLimits.totalWidth,
      let (form, width) = form(of: layer, inputs: widths)
    else { return }
    guard width <= ModelLimits.size else {
      return report(layer.name.span, tooWide(layer.name.text, width))
    }
    moved[index] = layers.count
    append(
      CheckedLayer(
        name: layer.name, form: form, sources: joined, inputWidth: widths[0], width: width,
        tensors: layer.tensors))
  }

  /// Counts results and states, so that no description makes the memory explode.
  private mutating func append(_ layer: CheckedLayer) {
    layers.append(layer)
    let before = totalWidth
    totalWidth += layer.width + layer.stateElements
    if before <= ModelLimits.totalWidth && totalWidth > ModelLimits.totalWidth {
      report(
        layer.name.span,
        "\(layer.name.text): with this layer the model has \(totalWidth) elements of results and "
          + "state per step; at most \(ModelLimits.totalWidth) are accepted")
    }
  }

  private func tooWide(_ name: String, _ width: Int) -> String {
    "\(name): \(width) elements per step; at most \(ModelLimits.size) are accepted"
  }

  /// The sources in the result's numbering, or nil where one of them is broken.
  private func resolved(_ sources: [Source]) -> [Source]? {
    let values = sources.compactMap { source -> Source? in
      switch source {
      case .input: source
      case .layer(let index): moved[index].map { .layer($0) }
      }
    }
    return values.count == sources.count ? values : nil
  }

  func width(of source: Source) -> Int {
    switch source {
    case .input(let i): description.inputs[i].shape.reduce(1, *)
    case .layer(let i): layers[i].width
    }
  }

  /// A layer that takes one value but names several gets them one behind the other.
  private mutating func join(
    _ values: [Source], _ width: Int, for layer: Description.Layer
  ) -> [Source] {
    if case .plain(let plain) = layer.word, plain.joinsSources { return values }
    guard values.count > 1 else { return values }
    let name = Name(freeName(like: layer.name.text + ".from"), span: layer.name.span)
    append(
      CheckedLayer(
        name: name, form: .complete(.concat), sources: values,
        inputWidth: self.width(of: values[0]), width: width))
    return [.layer(layers.count - 1)]
  }

  private func freeName(like name: String) -> String {
    var free = name
    while places[free] != nil { free += "_" }
    return free
  }

  /// Indices go into `embedding` and `one_hot`, numbers into all else.
  private mutating func acceptsElements(
    _ layer: Description.Layer, _ sources: [Source]
  ) -> Bool {
    var takesIndex = false
    if case .plain(let plain) = layer.word { takesIndex = plain == .embedding || plain == .oneHot }
    if takesIndex { return takesOneIndex(layer, sources) }
    for case .input(let i) in sources where description.inputs[i].element != .f32 {
      let input = description.inputs[i]
      report(
        layer.name.span,
        "\(layer.name.text): '\(input.name.text)' has the type \(input.element.rawValue), and only "
          + "'embedding' and 'one_hot' take integers",
        help: ["declare 'type: f32', or put an 'embedding' or a 'one_hot' between"])
      return false
    }
    return true
  }

  private mutating func takesOneIndex(_ layer: Description.Layer, _ sources: [Source]) -> Bool {
    let name = "\(layer.name.text): '\(layer.word.keyword)'"
    guard sources.count == 1, case .input(let i) = sources[0],
      description.inputs[i].element != .f32
    else {
      report(
        layer.name.span, "\(name) takes one input of an integer type",
        help: ["declare an input such as 'word: {type: i32, shape: []}'"])
      return false
    }
    guard description.inputs[i].shape.isEmpty else {
      report(
        description.inputs[i].name.span,
        "\(name) takes one index per step, and '\(description.inputs[i].name.text)' has "
          + "\(description.inputs[i].shape[0])", help: ["declare 'shape: []'"])
      return false
    }
    return true
  }
}

// MARK: - Outputs and totals

extension GraphChecker {
  private mutating func output(_ output: Description.Output) -> ModelGraph.Output? {
    guard let place = place(of: output.from, subject: "output '\(output.name.text)'"),
      let source = resolved([place])?.first
    else { return nil }
    if case .input(let i) = source, description.inputs[i].element != .f32 {
      report(
        output.from.span,
        "output '\(output.name.text)': outputs are f32, and "
          + "'\(output.from.text)' has the type \(description.inputs[i].element.rawValue)")
      return nil
    }
    let width = width(of: source)
    if !output.labels.isEmpty && output.labels.count != width {
      report(
        output.labelsSpan,
        "output '\(output.name.text)': \(output.labels.count) labels for \(width) elements")
    }
    return ModelGraph.Output(
      name: output.name.text, source: source, width: width, labels: output.labels)
  }

  private mutating func warnAboutUnused(_ outputs: [ModelGraph.Output]) {
    guard !diagnostics.hasErrors else { return }
    var used: Set<Source> = Set(outputs.map(\.source))
    for index in layers.indices.reversed() where used.contains(.layer(index)) {
      used.formUnion(layers[index].sources)
    }
    for (index, input) in description.inputs.enumerated() where !used.contains(.input(index)) {
      warn(input.name.span, "no output depends on the input '\(input.name.text)'")
    }
    for (index, layer) in layers.enumerated() where !used.contains(.layer(index)) {
      warn(layer.name.span, "no output depends on the layer '\(layer.name.text)'")
    }
  }
}

extension CheckedLayer {
  /// Elements that the layer keeps from step to step.
  var stateElements: Int {
    switch form {
    case .recurrent(let form): form.sublayers * form.cell.states.count * form.hidden
    case .complete(.frame(let size)): size - inputWidth
    case .complete(.delay(let steps)): steps * inputWidth
    default: 0
    }
  }
}
