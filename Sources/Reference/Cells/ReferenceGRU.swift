import Model

extension GRU: ReferenceCell {
  /// Cho et al. 2014, with both places of the reset gate (before the product: the paper; after it:
  /// cuDNN) and both readings of z (share of the new state: the paper; of the old: the frameworks).
  package func step(
    input: [Double], state: [String: [Double]], weights: ReferenceWeights
  ) -> [String: [Double]] {
    let h = state["h"]!
    let r = shares("r", input, h, weights)
    let z = shares("z", input, h, weights)
    let fromInput = weights.fromInput("n", input)
    var fromState = h
    switch reset {
    case .before:
      for j in h.indices { fromState[j] = r[j] * h[j] }
      fromState = weights.fromState("n", fromState)
    case .after:
      fromState = weights.fromState("n", h)
      for j in h.indices { fromState[j] *= r[j] }
    }
    var next = h
    for j in h.indices {
      let candidate = ReferenceActivation.apply(
        activation, to: limited(fromInput[j] + fromState[j], clip))
      let old = update == .old ? z[j] : 1 - z[j]
      next[j] = old * h[j] + (1 - old) * candidate
    }
    return ["h": next]
  }

  /// The reset or update gate's values, `[hidden]`.
  private func shares(
    _ gate: String, _ x: [Double], _ h: [Double], _ weights: ReferenceWeights
  ) -> [Double] {
    sum(weights.fromInput(gate, x), weights.fromState(gate, h)).map {
      ReferenceActivation.apply(gateActivation, to: limited($0, clip))
    }
  }
}
