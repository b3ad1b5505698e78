import Diagnostics

/// How a description is to be read.
package struct LoadOptions: Sendable {
  package var overrides: [Override]
  /// Entries outside a declared structure up to this magnitude are dropped (`--tol`).
  package var tolerance: Float
  /// Unused tensors are errors.
  package var isStrict: Bool
  /// Makes weights up from this seed instead of reading the file, where only shapes matter.
  package var inventsWeights: UInt64?

  package init(
    overrides: [Override] = [], tolerance: Float = 0, isStrict: Bool = false,
    inventsWeights: UInt64? = nil
  ) {
    self.overrides = overrides
    self.tolerance = tolerance
    self.isStrict = isStrict
    self.inventsWeights = inventsWeights
  }
}

/// A model that is ready to be compiled, with what was odd about it.
package struct LoadedModel: Sendable {
  package var graph: ModelGraph
  package var warnings: [Diagnostic]
  package var description: Description
}

/// A file to a `ModelGraph`: parse, check, bind weights.
package enum ModelLoader {
  /// Reads a description (YAML or JSON) and its weights. Throws everything that is wrong with the
  /// first phase that finds anything: syntax, keys and types, names and shapes, weights.
  package static func load(
    path: String, options: LoadOptions = LoadOptions()
  ) throws(InputError) -> LoadedModel {
    let (model, diagnostics) = try examine(path: path, options: options)
    guard let model else { throw InputError(.malformed, diagnostics) }
    return model
  }

  /// The same, with problems as a value. Throws only when a file is missing or unreadable, or an
  /// override names what is not there.
  package static func check(
    path: String, options: LoadOptions = LoadOptions()
  ) throws(InputError) -> (graph: ModelGraph?, diagnostics: [Diagnostic]) {
    let (model, diagnostics) = try examine(path: path, options: options)
    return (model?.graph, diagnostics)
  }

  private static func examine(
    path: String, options: LoadOptions
  ) throws(InputError) -> (LoadedModel?, [Diagnostic]) {
    do {
      let text = try DescriptionFile.read(path)
      let model = try load(
        text: text, name: path, options: options,
        openWeights: { file throws(InputError) in
          try DescriptionFile.openWeights(file, besides: path)
        })
      return (model, model.warnings)
    } catch {
      if error.kind != .malformed { throw error }
      return (nil, error.diagnostics)
    }
  }

  /// Reads a description from memory. `openWeights` opens the file that `weights:` names.
  package static func load(
    text: [UInt8], name: String, options: LoadOptions = LoadOptions(),
    openWeights: (Name) throws(InputError) -> any TensorSource
  ) throws(InputError) -> LoadedModel {
    let root = try SyntaxReader.read(text, name: name)
    let description = try DescriptionReader.read(
      root, defaultName: DescriptionFile.modelName(name), overrides: options.overrides)
    let (checked, findings) = GraphChecker.check(description)
    guard let checked else { throw InputError(.malformed, findings) }
    let (graph, problems) = try bind(checked, description, options, openWeights)
    let diagnostics = findings + problems
    guard let graph else { throw InputError(.malformed, diagnostics) }
    return LoadedModel(graph: graph, warnings: diagnostics, description: description)
  }

  private static func bind(
    _ graph: CheckedGraph, _ description: Description, _ options: LoadOptions,
    _ openWeights: (Name) throws(InputError) -> any TensorSource
  ) throws(InputError) -> (ModelGraph?, [Diagnostic]) {
    if let seed = options.inventsWeights { return try bindUniform(graph, seed: seed) }
    switch description.weights {
    case .uniform(let seed, _): return try bindUniform(graph, seed: seed)
    case .file(let name):
      let source = try openWeights(name)
      var weights = FileWeights(source, layout: description.layout, tolerance: options.tolerance)
      let bound = GraphBinder.bind(graph, to: &weights)
      guard let bound else { return (nil, weights.diagnostics.all) }
      let unused = weights.unused(at: name.span, strict: options.isStrict)
      return (options.isStrict && !unused.isEmpty ? nil : bound, weights.diagnostics.all + unused)
    case nil:
      let none = TensorDictionary(name: "the description without 'weights'", [:])
      if let layer = graph.layers.first(where: { $0.needsWeights }) {
        throw InputError(
          .malformed,
          .error(
            layer.name.span,
            "\(layer.name.text): the layer has weights, and the description has no 'weights'",
            help: ["write 'weights: FILE.safetensors', or 'weights: {init: uniform}'"]))
      }
      var weights = FileWeights(none, layout: description.layout)
      return (GraphBinder.bind(graph, to: &weights), weights.diagnostics.all)
    }
  }

  private static func bindUniform(
    _ graph: CheckedGraph, seed: UInt64
  ) throws(InputError) -> (ModelGraph?, [Diagnostic]) {
    if let fault = UniformWeights.fault(of: graph) { throw InputError(.malformed, fault) }
    var weights = UniformWeights(seed: seed)
    return (GraphBinder.bind(graph, to: &weights), weights.diagnostics.all)
  }
}

extension CheckedLayer {
  var needsWeights: Bool { if case .complete = form { false } else { true } }
}
