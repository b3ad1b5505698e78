import IR

/// Gated recurrent unit (Cho et al. 2014) in its three conventions.
///
/// r, z = sigmoid(W x + U h + b); reset after: n = a(W x + b_in + r (U h + b_hn)); reset before:
/// n = a(W x + b_in + U (r h) + b_hn); update old: h' = (1 - z) n + z h; update new: h' = (1 - z) h
/// + z n. 3n(d + n) multiply-accumulates per step when dense. Reset before is two dependent
/// products; the two never agree, so nothing swaps them.
package struct GRU: Cell {
  package enum Reset: String, Sendable { case after, before }
  /// Which value z is the share of.
  package enum Update: String, Sendable { case old, new }

  package static let keyword = "gru"
  package static let options = [
    CellOption("reset", .word(["after", "before"], initial: "after")),
    CellOption("update", .word(["old", "new"], initial: "old")),
    CellOption("activation", .activation(initial: .tanh)),
    CellOption("gate_activation", .activation(initial: .sigmoid)),
    CellOption("clip", .number),
  ]

  package let reset: Reset
  package let update: Update
  package let activation: CellActivation
  package let gateActivation: CellActivation
  package let clip: Double?

  package init(_ options: CellOptions) {
    reset = Reset(rawValue: options.words["reset"]!)!
    update = Update(rawValue: options.words["update"]!)!
    activation = options.activations["activation"]!
    gateActivation = options.activations["gate_activation"]!
    clip = options.numbers["clip"]
  }

  package let gates = ["r", "z", "n"]
  package let states = ["h"]

  package func gateOrder(in layout: Layout) -> [String] {
    switch layout {
    case .keras, .onnx: ["z", "r", "n"]
    case .pytorch, .native: gates
    }
  }

  package var kerasBiasRows: Int { reset == .after ? 2 : 1 }

  package func equations(_ step: inout CellStep) {
    let h = step.state("h")
    let r = gate("r", &step)
    let z = gate("z", &step)
    let fed =
      switch reset {
      case .after: step.multiply(r, step.recurrent("n"))
      case .before: step.recurrent("n", of: step.multiply(r, h))
      }
    let n = step.activation(activation, step.clip(step.add(step.input("n"), fed), to: clip))
    // n + z (h - n) would save a product; this form is the papers'.
    let (kept, replaced) =
      switch update {
      case .old: (h, n)
      case .new: (n, h)
      }
    let rest = step.multiply(step.subtract(step.number(1), z), replaced)
    step.update("h", step.add(rest, step.multiply(z, kept)))
  }

  private func gate(_ name: String, _ step: inout CellStep) -> ValueID {
    let sum = step.clip(step.add(step.input(name), step.recurrent(name)), to: clip)
    return step.activation(gateActivation, sum)
  }
}
