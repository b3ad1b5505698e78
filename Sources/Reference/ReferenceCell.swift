import Model

/// A cell whose reference is known: one step written from the paper, apart from `Cell.equations`.
///
/// The evaluator finds it by casting, so a cell's reference is one extension in `Reference/Cells`
/// and no line elsewhere.
package protocol ReferenceCell: Cell {
  /// The states after one step. `input` is `[inputWidth]`, every state `[hidden]`, by name.
  func step(
    input: [Double], state: [String: [Double]], weights: ReferenceWeights
  ) -> [String: [Double]]
}

/// The weights of one sublayer as the papers have them: dense, per gate, in `Double`.
package struct ReferenceWeights: Sendable {
  package let hidden: Int
  private let inputMatrices: [String: ReferenceMatrix]
  private let recurrentMatrices: [String: ReferenceMatrix]
  private let inputBiases: [String: [Double]]
  private let recurrentBiases: [String: [Double]]
  private let vectors: [String: [Double]]

  package init(_ sublayer: RecurrentLayer.Sublayer, hidden: Int) {
    self.hidden = hidden
    inputMatrices = sublayer.input.mapValues(ReferenceMatrix.init)
    recurrentMatrices = sublayer.recurrent.mapValues(ReferenceMatrix.init)
    inputBiases = sublayer.inputBias.mapValues { $0.map(Double.init) }
    recurrentBiases = sublayer.recurrentBias.mapValues { $0.map(Double.init) }
    vectors = sublayer.vectors.mapValues { $0.map(Double.init) }
  }

  /// W x + b_ih of a gate; a bias that the file does not have is zero.
  package func fromInput(_ gate: String, _ x: [Double]) -> [Double] {
    sum(inputMatrices[gate]!.times(x), inputBiases[gate] ?? zero)
  }

  /// U v + b_hh of a gate.
  package func fromState(_ gate: String, _ v: [Double]) -> [Double] {
    sum(recurrentMatrices[gate]!.times(v), recurrentBiases[gate] ?? zero)
  }

  /// One of the cell's further vectors.
  package func vector(_ name: String) -> [Double] { vectors[name]! }

  private var zero: [Double] { [Double](repeating: 0, count: hidden) }
}

/// x limited to [-limit, limit], where there is a limit.
func limited(_ x: Double, _ limit: Double?) -> Double {
  guard let limit else { return x }
  return min(max(x, -limit), limit)
}
