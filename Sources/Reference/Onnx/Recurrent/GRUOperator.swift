import Onnx

/// GRU, gates in the order z (update), r (reset), h (hidden):
///
///     zt = f(Xt Wz^T + Ht-1 Rz^T + Wbz + Rbz)
///     rt = f(Xt Wr^T + Ht-1 Rr^T + Wbr + Rbr)
///     ht = g(Xt Wh^T + (rt . Ht-1) Rh^T + Rbh + Wbh)       linear_before_reset = 0
///     ht = g(Xt Wh^T + rt . (Ht-1 Rh^T + Rbh) + Wbh)       otherwise
///     Ht = (1 - zt) . ht + zt . Ht-1
enum GRUOperator {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "GRU", since: 7, RecurrentOperator.inputs, outputs: 0...2,
      attributes: RecurrentOperator.attributes + " linear_before_reset", body: run)
  ]

  private static func run(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let shape = try RecurrentShape(call)
    let functions = try OnnxActivation.list(
      call, defaults: ["Sigmoid", "Tanh"], directions: shape.directions)
    let clip = try RecurrentOperator.clip(call)
    let isLinearFirst = try call.node.int("linear_before_reset", default: 0) != 0
    return try RecurrentOperator.run(call, shape, initial: [5], gates: 3) { d throws(OnnxError) in
      Cell(
        weights: try GateWeights(call, shape, gates: 3, direction: d), f: functions[2 * d],
        g: functions[2 * d + 1], clip: clip, isLinearFirst: isLinearFirst)
    }
  }

  private struct Cell: OnnxCell {
    let weights: GateWeights
    let f, g: OnnxActivation
    let clip: Double
    let isLinearFirst: Bool

    func step(_ x: [Double], _ states: [[Double]]) -> [[Double]] {
      let h = states[0]
      let z = f(clippedSum([weights.fromInput(0, x), weights.fromState(0, h)], clip: clip))
      let r = f(clippedSum([weights.fromInput(1, x), weights.fromState(1, h)], clip: clip))
      let fromState =
        isLinearFirst
        ? zip(r, weights.fromState(2, h)).map { $0 * $1 }
        : weights.fromState(2, zip(r, h).map { $0 * $1 })
      let candidate = g(clippedSum([weights.fromInput(2, x), fromState], clip: clip))
      return [h.indices.map { (1 - z[$0]) * candidate[$0] + z[$0] * h[$0] }]
    }
  }
}
