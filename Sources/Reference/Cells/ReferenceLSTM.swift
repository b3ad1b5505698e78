import Model

extension LSTM: ReferenceCell {
  /// Gers, Schmidhuber & Cummins 2000, unit by unit:
  /// c_t = f_t c_{t-1} + i_t g_t and h_t = o_t tanh(c_t), with i, f, o logistic and g tanh.
  package func step(
    input: [Double], state: [String: [Double]], weights: ReferenceWeights
  ) -> [String: [Double]] {
    let previous = state["c"]!
    let sums = Dictionary(
      uniqueKeysWithValues: ["i", "f", "g", "o"].map {
        ($0, sum(weights.fromInput($0, input), weights.fromState($0, state["h"]!)))
      })
    var (h, c) = (previous, previous)
    for j in 0..<weights.hidden {
      let i = ReferenceActivation.apply(gateActivation, to: limited(sums["i"]![j], clip))
      let f = ReferenceActivation.apply(gateActivation, to: limited(sums["f"]![j], clip))
      let o = ReferenceActivation.apply(gateActivation, to: limited(sums["o"]![j], clip))
      let g = ReferenceActivation.apply(activation, to: limited(sums["g"]![j], clip))
      c[j] = f * previous[j] + i * g
      h[j] = o * ReferenceActivation.apply(activation, to: c[j])
    }
    return ["h": h, "c": c]
  }
}
