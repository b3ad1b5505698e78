import IR

/// Long short-term memory with a forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000).
///
/// i, f, o = s(W x + U h + b), g = a(W x + U h + b), c' = f c + i g, h' = o a(c') with s =
/// `gate_activation`, a = `activation`. 4n(d + n) multiply-accumulates per step when dense.
package struct LSTM: Cell {
  package static let keyword = "lstm"
  package static let options = [
    CellOption("activation", .activation(initial: .tanh)),
    CellOption("gate_activation", .activation(initial: .sigmoid)),
    CellOption("clip", .number),
  ]

  package let activation: Activation
  package let gateActivation: Activation
  /// Limit of the pre-activations' magnitude, where there is one.
  package let clip: Double?

  package init(_ options: CellOptions) {
    activation = options.activations["activation"]!
    gateActivation = options.activations["gate_activation"]!
    clip = options.numbers["clip"]
  }

  package let gates = ["i", "f", "g", "o"]
  package let states = ["h", "c"]

  package func gateOrder(in layout: Layout) -> [String] {
    switch layout {
    case .onnx: ["i", "o", "f", "g"]
    case .pytorch, .keras, .native: gates
    }
  }

  package func equations(_ step: inout CellStep) {
    let i = step.activation(gateActivation, preactivation("i", &step))
    let f = step.activation(gateActivation, preactivation("f", &step))
    let g = step.activation(activation, preactivation("g", &step))
    let o = step.activation(gateActivation, preactivation("o", &step))
    let c = step.add(step.multiply(f, step.state("c")), step.multiply(i, g))
    step.update("c", c)
    step.update("h", step.multiply(o, step.activation(activation, c)))
  }

  private func preactivation(_ gate: String, _ step: inout CellStep) -> ValueID {
    step.clip(step.add(step.input(gate), step.recurrent(gate)), to: clip)
  }
}
