import Onnx

/// RNN: Ht = f(Xt W^T + Ht-1 R^T + Wb + Rb).
enum RNNOperator {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "RNN", since: 7, RecurrentOperator.inputs, outputs: 0...2,
      attributes: RecurrentOperator.attributes, body: run)
  ]

  private static func run(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let shape = try RecurrentShape(call)
    let functions = try OnnxActivation.list(
      call, defaults: ["Tanh"], directions: shape.directions)
    let clip = try RecurrentOperator.clip(call)
    return try RecurrentOperator.run(call, shape, initial: [5], gates: 1) { d throws(OnnxError) in
      Cell(
        weights: try GateWeights(call, shape, gates: 1, direction: d), f: functions[d], clip: clip)
    }
  }

  private struct Cell: OnnxCell {
    let weights: GateWeights
    let f: OnnxActivation
    let clip: Double

    func step(_ x: [Double], _ states: [[Double]]) -> [[Double]] {
      [f(clippedSum([weights.fromInput(0, x), weights.fromState(0, states[0])], clip: clip))]
    }
  }
}
