import IR

/// Long short-term memory with a forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000).
///
/// i, f, o = s(W x + U h + b), g = a(W x + U h + b), c' = f c + i g, h' = o e(c') with s =
/// `gate_activation`, a = `activation`, e = `output_activation` (a unless it is said). With
/// `peepholes` i and f also see p c and o sees p c' (Gers & Schmidhuber 2000), p a vector each; a
/// `coupled` cell has no forget gate of its own: f = 1 - i (Greff et al. 2017).
/// 4n(d + n) multiply-accumulates per step when dense, 3n(d + n) when coupled.
package struct LSTM: Cell {
  package static let keyword = "lstm"
  package static let options = [
    CellOption("activation", .activation(initial: .tanh)),
    CellOption("gate_activation", .activation(initial: .sigmoid)),
    CellOption("output_activation", .activation(initial: nil)),
    CellOption("peepholes", .flag),
    CellOption("coupled", .flag),
    CellOption("clip", .number),
  ]

  package let activation: CellActivation
  package let gateActivation: CellActivation
  package let outputActivation: CellActivation
  package let hasPeepholes: Bool
  /// Whether the forget gate is what the input gate leaves.
  package let isCoupled: Bool
  /// Limit of the pre-activations' magnitude, where there is one.
  package let clip: Double?

  package init(_ options: CellOptions) {
    activation = options.activations["activation"]!
    gateActivation = options.activations["gate_activation"]!
    outputActivation = options.activations["output_activation"] ?? activation
    hasPeepholes = options.flags.contains("peepholes")
    isCoupled = options.flags.contains("coupled")
    clip = options.numbers["clip"]
  }

  package var gates: [String] { isCoupled ? ["i", "g", "o"] : ["i", "f", "g", "o"] }
  package let states = ["h", "c"]

  package var vectors: [String] {
    hasPeepholes ? gates.filter { $0 != "g" }.map(Self.peephole) : []
  }

  /// The name of a gate's peephole.
  package static func peephole(_ gate: String) -> String { "peephole_\(gate)" }

  /// ONNX's own order: i o f, unlike that of its gates in books.
  package func stackedVectors(in layout: Layout) -> (tensor: String, order: [String])? {
    guard layout == .onnx, hasPeepholes else { return nil }
    return ("P", ["i", "o", "f"].filter(gates.contains).map(Self.peephole))
  }

  package func gateOrder(in layout: Layout) -> [String] {
    switch layout {
    case .onnx: ["i", "o", "f", "g"].filter(gates.contains)
    case .pytorch, .keras, .native: gates
    }
  }

  package func equations(_ step: inout CellStep) {
    let before = step.state("c")
    let i = gate("i", seeing: before, &step)
    let f = isCoupled ? step.subtract(step.number(1), i) : gate("f", seeing: before, &step)
    let g = step.activation(activation, step.clip(sum("g", &step), to: clip))
    let c = step.add(step.multiply(f, before), step.multiply(i, g))
    let o = gate("o", seeing: c, &step)
    step.update("c", c)
    step.update("h", step.multiply(o, step.activation(outputActivation, c)))
  }

  private func gate(_ name: String, seeing c: ValueID, _ step: inout CellStep) -> ValueID {
    var sum = sum(name, &step)
    if hasPeepholes { sum = step.add(sum, step.multiply(step.vector(Self.peephole(name)), c)) }
    return step.activation(gateActivation, step.clip(sum, to: clip))
  }

  private func sum(_ gate: String, _ step: inout CellStep) -> ValueID {
    step.add(step.input(gate), step.recurrent(gate))
  }
}
