import Model

extension LSTM: ReferenceCell {
  /// Gers, Schmidhuber & Cummins 2000, unit by unit:
  /// c_t = f_t c_{t-1} + i_t g_t and h_t = o_t e(c_t), with i, f, o logistic and g, e tanh. Peepholes
  /// (Gers & Schmidhuber 2000) let i and f see c_{t-1} and o see c_t.
  package func step(
    input: [Double], state: [String: [Double]], weights: ReferenceWeights
  ) -> [String: [Double]] {
    let previous = state["c"]!
    let sums = Dictionary(
      uniqueKeysWithValues: gates.map {
        ($0, sum(weights.fromInput($0, input), weights.fromState($0, state["h"]!)))
      })
    func share(_ gate: String, _ j: Int, cell: Double) -> Double {
      let seen = hasPeepholes ? weights.vector("peephole_\(gate)")[j] * cell : 0
      return ReferenceActivation.apply(gateActivation, to: limited(sums[gate]![j] + seen, clip))
    }
    var (h, c) = (previous, previous)
    for j in 0..<weights.hidden {
      let i = share("i", j, cell: previous[j])
      let f = isCoupled ? 1 - i : share("f", j, cell: previous[j])
      let g = ReferenceActivation.apply(activation, to: limited(sums["g"]![j], clip))
      c[j] = f * previous[j] + i * g
      let o = share("o", j, cell: c[j])
      h[j] = o * ReferenceActivation.apply(outputActivation, to: c[j])
    }
    return ["h": h, "c": c]
  }
}
