import ArgumentParser
import DataFiles
import Model

/// `rnnc cost`: what a step costs, beside the model's dense twin.
struct CostCommand: Verb {
  static let verb = "cost"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Show what a step costs, layer by layer, beside the dense twin.",
    discussion: """
      Parameters include every stored bias; MACs and weight bytes count matrices only. Residency is \
      the smallest cache of this machine that holds a layer's weights. A sweep varies one number of \
      a structure, as in --sweep rnn1.recurrent.blocks=1,2,4,8; several sweeps multiply.
      """)

  @Argument(help: ArgumentHelp("A description.", valueName: "MODEL")) var model: String
  @Option(
    help: ArgumentHelp(
      "Vary a structure (repeatable).", valueName: "LAYER.recurrent.blocks=1,2,4"))
  var sweep: [Sweep] = []
  @Option(help: "How matrices are stored: f32, or bf16 in half the bytes.")
  var type = WeightTypeChoice.f32
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    let targets = sweep.map(\.target)
    if let twice = sweep.indices.first(where: { targets[..<$0].contains(targets[$0]) }) {
      throw ValidationError("--sweep \(sweep[twice].name) varies what another sweep varies")
    }
  }

  func perform(_ session: Session) throws -> Answer {
    if sweep.isEmpty {
      let graph = try ModelFile.load(model, description, session).requireGraph(for: "cost")
      let rows = CostRow.rows(of: graph, type)
      for row in rows { session.addResult(row.json()) }
      try session.print(CostRow.table(rows))
    } else {
      try performSweep(session)
    }
    return .yes
  }

  /// The varied structures need no weights: numbers are made up, only shapes count.
  private func performSweep(_ session: Session) throws {
    if try FileBytes(path: model).isPlan {
      throw Failure(.usage, "a sweep needs a description; '\(model)' is a compiled plan")
    }
    var table = Table(sweep.map { .number($0.name) } + CostRow.sweepColumns)
    let fixed = try description.parsed()
    for point in Sweep.points(sweep) {
      let options = LoadOptions(overrides: fixed + point.overrides, inventsWeights: 0)
      let rows = CostRow.rows(
        of: try ModelLoader.load(path: model, options: options).graph, type)
      for row in rows { session.addResult(row.json(at: point)) }
      table.add(point.settings.map { String($0.value) } + rows[rows.count - 1].sweepCells)
    }
    try session.print(table)
  }
}
