import Model

extension ElmanRNN: ReferenceCell {
  /// h_t = phi(W_x x_t + W_h h_{t-1} + b): Elman 1990.
  package func step(
    input: [Double], state: [String: [Double]], weights: ReferenceWeights
  ) -> [String: [Double]] {
    let fromInput = weights.fromInput("h", input)
    let fromState = weights.fromState("h", state["h"]!)
    let next = (0..<weights.hidden).map { j in
      ReferenceActivation.apply(activation, to: limited(fromInput[j] + fromState[j], clip))
    }
    return ["h": next]
  }
}
