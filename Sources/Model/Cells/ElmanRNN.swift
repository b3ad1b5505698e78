import IR

/// Plain recurrent network (Elman 1990): h' = a(W x + U h + b). n(d + n) multiply-accumulates.
package struct ElmanRNN: Cell {
  package static let keyword = "rnn"
  package static let options = [
    CellOption("activation", .activation(initial: .tanh)),
    CellOption("clip", .number),
  ]

  package let activation: CellActivation
  package let clip: Double?

  package init(_ options: CellOptions) {
    activation = options.activations["activation"]!
    clip = options.numbers["clip"]
  }

  package let gates = ["h"]
  package let states = ["h"]

  package func equations(_ step: inout CellStep) {
    let sum = step.clip(step.add(step.input("h"), step.recurrent("h")), to: clip)
    step.update("h", step.activation(activation, sum))
  }
}
