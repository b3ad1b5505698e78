import IR
import Model
import Reference

/// A random model with inputs and what the reference makes of them.
struct RandomCase {
  /// Names the case in failures: everything about it follows from its seed.
  let label: String
  let graph: ModelGraph
  /// What the cells were made from, by layer.
  let options: [String: CellOptions]
  let steps: Int
  /// Flat rows `[steps, width]`, exact in f32.
  let inputs: [String: [Float]]

  private init(
    _ label: String, _ graph: ModelGraph, _ options: [String: CellOptions], steps: Int,
    _ generator: consuming ModelGenerator
  ) {
    self.label = label
    self.graph = graph
    self.options = options
    self.steps = steps
    inputs = generator.inputs(for: graph, steps: steps)
  }

  /// So many successive seeds meet every pair of structures.
  static let structurePairs = MatrixStructure.kinds.count * MatrixStructure.kinds.count

  /// One recurrent layer; successive seeds walk through all pairs of structures. nil when no
  /// drawn shape fits.
  static func recurrent(_ keyword: String, seed: Int, steps: Int) -> RandomCase? {
    var generator = ModelGenerator(seed: seed)
    let kinds = MatrixStructure.kinds
    let wish = ModelGenerator.RecurrentWish(
      cell: CellChoices.cell(keyword), inputKind: kinds[seed % kinds.count],
      recurrentKind: kinds[seed / kinds.count % kinds.count])
    guard let drawn = generator.recurrent(wish) else { return nil }
    let graph = ModelGraph.singleLayer(
      .recurrent(drawn.layer), inputWidth: drawn.inputWidth, width: drawn.layer.hidden)
    return RandomCase(
      "\(keyword), seed \(seed)", graph, ["layer": drawn.options], steps: steps, generator)
  }

  /// A chain of about `layers` layers of any kinds.
  static func chain(seed: Int, layers: Int, steps: Int) -> RandomCase {
    var chain = ChainGenerator(seed: seed)
    let (graph, options, generator) = chain.model(layers: layers)
    return RandomCase("chain, seed \(seed)", graph, options, steps: steps, generator)
  }

  var doubles: [String: [Double]] { inputs.mapValues { $0.map(Double.init) } }

  /// What the reference gives: outputs and final states by name.
  func reference() throws -> (outputs: [String: [Double]], states: [String: [Double]]) {
    var model = try ReferenceModel(graph)
    let outputs = try model.run(doubles, steps: steps)
    return (outputs, Dictionary(uniqueKeysWithValues: model.states.map { ($0.name, $0.value) }))
  }
}
