/// Types of all values, constants for all that does not depend on inputs, nothing unused: the form
/// in which importer and discovery see a model.
///
/// Runs every operator's rule once, in order; what is constant is computed and becomes an
/// initializer, If with a constant condition becomes its branch, Identity becomes its source.
package enum OnnxSimplifier {
  /// `shapes` gives symbolic axes of the inputs numbers. Throws where operators and shapes
  /// contradict each other, or where no axis has a name of `shapes`. Initializers that an input
  /// may override count as constants.
  package static func simplify(
    _ model: OnnxModel, shapes: [String: Int] = [:]
  ) throws(OnnxError) -> OnnxModel {
    let graph = try bind(model, shapes).graph
    let state = SimplifierState(model)
    let scope = SimplifierScope(outer: nil)
    for input in graph.inputs { scope.facts[input.name] = OnnxFact(type: input.type) }
    var simplifier = GraphSimplifier(state: state, scope: scope, declared: graph.valueInfos)
    var result = model
    result.graph = try simplifier.run(graph)
    result.graph.defaultedInputs = []
    return result
  }

  /// The model with numbers for symbolic axes; throws where none has a name of `shapes`.
  package static func bind(
    _ model: OnnxModel, _ shapes: [String: Int]
  ) throws(OnnxError) -> OnnxModel {
    try checkNames(shapes, of: model.graph)
    var result = model
    result.graph.inputs = model.graph.inputs.map { bound($0, shapes) }
    result.graph.outputs = model.graph.outputs.map { bound($0, shapes) }
    result.graph.valueInfos = model.graph.valueInfos.mapValues { bound($0, shapes) }
    return result
  }

  /// Names of the symbolic axes of a model's inputs, sorted.
  package static func symbols(of graph: OnnxGraph) -> [String] {
    var names: Set<String> = []
    for input in graph.inputs {
      for case .symbolic(let name) in input.type?.shape ?? [] { names.insert(name) }
    }
    return names.sorted()
  }

  private static func checkNames(
    _ shapes: [String: Int], of graph: OnnxGraph
  ) throws(OnnxError) {
    let names = symbols(of: graph)
    guard let wrong = shapes.keys.sorted().first(where: { !names.contains($0) }) else { return }
    let known = names.map(onnxQuoted).joined(separator: ", ")
    throw OnnxError(
      kind: .request, at: .file, "no input has an axis \(onnxQuoted(wrong))",
      notes: [names.isEmpty ? "every axis has a number" : "the named axes are \(known)"])
  }

  private static func bound(_ info: OnnxValueInfo, _ shapes: [String: Int]) -> OnnxValueInfo {
    OnnxValueInfo(name: info.name, type: info.type.map { bound($0, shapes) })
  }

  private static func bound(_ type: OnnxType, _ shapes: [String: Int]) -> OnnxType {
    guard case .tensor(let element, let shape?) = type else { return type }
    return .tensor(
      element,
      shape.map { dimension in
        guard case .symbolic(let name) = dimension, let size = shapes[name] else {
          return dimension
        }
        return .known(size)
      })
  }
}

/// What all graphs of one model share while it is simplified.
final class SimplifierState {
  let opset: Int
  var folding: ConstantFolding
  /// Nodes looked at, those of bodies as often as they were.
  var visits = 0

  static let visitLimit = 1 << 20

  init(_ model: OnnxModel) {
    opset = model.opset
    folding = ConstantFolding(model.graph)
  }
}

/// What is known in one graph, and through it in those around it.
final class SimplifierScope {
  let outer: SimplifierScope?
  var facts: [String: OnnxFact] = [:]
  /// Names that stand for another value.
  var aliases: [String: String] = [:]

  init(outer: SimplifierScope?) { self.outer = outer }

  func fact(_ name: String) -> OnnxFact {
    var scope: SimplifierScope? = self
    while let current = scope {
      if let fact = current.facts[name] { return fact }
      scope = current.outer
    }
    return .unknown
  }

  func resolved(_ name: String) -> String {
    var scope: SimplifierScope? = self
    while let current = scope {
      if let source = current.aliases[name] { return source }
      if current.facts[name] != nil { return name }
      scope = current.outer
    }
    return name
  }
}
