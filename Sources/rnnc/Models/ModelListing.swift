import Model

/// A description's layers, as `show` prints them.
struct ModelListing {
  private let graph: ModelGraph

  init(_ graph: ModelGraph) { self.graph = graph }

  func show(_ session: Session) throws {
    let costs = LayerCost.costs(of: graph)
    let rows = costs + [LayerCost.total(of: costs, in: graph)]
    var table = Table([
      .word("layer"), .word("kind"), .word("structure"), .number("in"), .number("out"),
      .number("parameters"), .number("MACs/step"), .number("weights [bytes]"),
      .number("state [bytes]"),
    ])
    for row in rows {
      session.addResult(Self.json(row))
      let isTotal = row.layer == "total"
      if isTotal { table.addRule() }
      table.add([
        row.layer, isTotal ? "" : row.kind, row.structure, String(row.inputs),
        String(row.outputs), grouped(row.parameters), grouped(row.macsPerStep),
        grouped(row.weightBytes), grouped(row.stateBytes),
      ])
    }
    try session.print("model \(graph.name)" + rate)
    for input in graph.inputs {
      try session.print("input \(input.name): \(input.element.rawValue)\(input.shape) per step")
    }
    for output in graph.outputs {
      let labels = output.labels.isEmpty ? "" : ", labels \(output.labels.joined(separator: " "))"
      try session.print("output \(output.name): f32[\(output.width)] per step\(labels)")
    }
    try session.print("")
    try session.print(table)
  }

  private var rate: String { graph.rate.map { ", \(significant($0)) steps/s" } ?? "" }

  private static func json(_ cost: LayerCost) -> JSON {
    .object([
      "layer": .string(cost.layer), "kind": .string(cost.kind),
      "structure": .string(cost.structure), "inputs": .integer(cost.inputs),
      "outputs": .integer(cost.outputs), "parameters": .integer(cost.parameters),
      "macs_per_step": .integer(cost.macsPerStep), "weight_bytes": .integer(cost.weightBytes),
      "state_bytes": .integer(cost.stateBytes),
    ])
  }
}
