import Machines
import Model

/// One line of `cost`: a layer, or all of them.
struct CostRow {
  let cost: LayerCost
  /// The smallest cache of this machine that holds the weights; nil where there are none.
  let residency: String?

  init(_ cost: LayerCost) {
    self.cost = cost
    residency = cost.weightBytes > 0 ? Machine.residency(byteCount: cost.weightBytes) : nil
  }

  /// Every layer and sublayer, then the total.
  static func rows(of graph: ModelGraph, _ weights: WeightTypeChoice) -> [CostRow] {
    let costs = LayerCost.costs(of: graph, weights: weights.element)
    return (costs + [LayerCost.total(of: costs, in: graph)]).map(CostRow.init)
  }

  /// The keys of INTERFACE; what a machine model would predict is null without one.
  func json(at point: SweepPoint? = nil) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("layer", .string(cost.layer)), ("kind", .string(cost.kind)),
      ("structure", .string(cost.structure)), ("inputs", .integer(cost.inputs)),
      ("outputs", .integer(cost.outputs)), ("parameters", .integer(cost.parameters)),
      ("macs_per_step", .integer(cost.macsPerStep)), ("weight_bytes", .integer(cost.weightBytes)),
      ("state_bytes", .integer(cost.stateBytes)),
      ("dense_parameters", .integer(cost.denseParameters)),
      ("dense_macs_per_step", .integer(cost.denseMacsPerStep)),
      ("dense_weight_bytes", .integer(cost.denseWeightBytes)), ("predicted_us", .null),
      ("dense_predicted_us", .null), ("residency", .optional(residency)),
    ]
    if let point { members.append(("sweep", point.json)) }
    return .object(members)
  }

  static func table(_ rows: [CostRow]) -> Table {
    var table = Table([
      .word("layer"), .word("kind"), .word("structure"), .number("in"), .number("out"),
      .number("parameters"), .number("MACs/step"), .number("dense MACs/step"), .number("share"),
      .number("weights [bytes]"), .number("dense [bytes]"), .number("state [bytes]"), .word("fits"),
    ])
    for row in rows {
      if row.cost.layer == "total" { table.addRule() }
      table.add(row.cells)
    }
    return table
  }

  private var cells: [String] {
    [
      cost.layer, cost.layer == "total" ? "" : cost.kind, cost.structure, String(cost.inputs),
      String(cost.outputs), grouped(cost.parameters), grouped(cost.macsPerStep),
      grouped(cost.denseMacsPerStep), share, grouped(cost.weightBytes),
      grouped(cost.denseWeightBytes), grouped(cost.stateBytes), residency ?? "-",
    ]
  }

  static let sweepColumns: [Table.Column] = [
    .number("parameters"), .number("MACs/step"), .number("dense MACs/step"), .number("share"),
    .number("weights [bytes]"), .number("dense [bytes]"), .word("fits"),
  ]

  /// Cells of `sweepColumns`.
  var sweepCells: [String] {
    [
      grouped(cost.parameters), grouped(cost.macsPerStep), grouped(cost.denseMacsPerStep), share,
      grouped(cost.weightBytes), grouped(cost.denseWeightBytes), residency ?? "-",
    ]
  }

  /// MACs as a share of the dense twin's.
  private var share: String {
    guard cost.denseMacsPerStep > 0 else { return "-" }
    return fixed(100 * Double(cost.macsPerStep) / Double(cost.denseMacsPerStep), 1) + " %"
  }
}
