import Onnx

/// LSTM, gates in the order i, o, f, c and peepholes P in the order i, o, f:
///
///     it = f(Xt Wi^T + Ht-1 Ri^T + Pi . Ct-1 + Wbi + Rbi)
///     ft = f(Xt Wf^T + Ht-1 Rf^T + Pf . Ct-1 + Wbf + Rbf)      input_forget: ft = 1 - it
///     ct = g(Xt Wc^T + Ht-1 Rc^T + Wbc + Rbc)
///     Ct = ft . Ct-1 + it . ct
///     ot = f(Xt Wo^T + Ht-1 Ro^T + Po . Ct + Wbo + Rbo)
///     Ht = ot . h(Ct)
///
/// `clip` limits the sums inside f and g, not Ct.
enum LSTMOperator {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "LSTM", since: 7, RecurrentOperator.inputs + " initial_c? P?", outputs: 0...3,
      attributes: RecurrentOperator.attributes + " input_forget", body: run)
  ]

  private static func run(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let shape = try RecurrentShape(call)
    let functions = try OnnxActivation.list(
      call, defaults: ["Sigmoid", "Tanh", "Tanh"], directions: shape.directions)
    let clip = try RecurrentOperator.clip(call)
    let isCoupled = try call.node.int("input_forget", default: 0) != 0
    let hasPeepholes = call.optionalValue(7) != nil
    return try RecurrentOperator.run(
      call, shape, initial: [5, 6], gates: 4
    ) { d throws(OnnxError) in
      let size = 3 * shape.hidden
      let p =
        hasPeepholes
        ? try GateWeights.part(call, 7, [shape.directions, size], d)
        : [Double](repeating: 0, count: size)
      return Cell(
        weights: try GateWeights(call, shape, gates: 4, direction: d), peepholes: p,
        f: functions[3 * d], g: functions[3 * d + 1], h: functions[3 * d + 2], clip: clip,
        isCoupled: isCoupled)
    }
  }

  private struct Cell: OnnxCell {
    let weights: GateWeights
    let peepholes: [Double]
    let f, g, h: OnnxActivation
    let clip: Double
    let isCoupled: Bool

    func step(_ x: [Double], _ states: [[Double]]) -> [[Double]] {
      let (before, c) = (states[0], states[1])
      func sum(_ gate: Int, _ peephole: [Double]?) -> [Double] {
        let parts = [weights.fromInput(gate, x), weights.fromState(gate, before)]
        return clippedSum(parts + (peephole.map { [$0] } ?? []), clip: clip)
      }
      let i = f(sum(0, peep(0, c)))
      let forget = isCoupled ? i.map { 1 - $0 } : f(sum(2, peep(2, c)))
      let candidate = g(sum(3, nil))
      let next = c.indices.map { forget[$0] * c[$0] + i[$0] * candidate[$0] }
      let o = f(sum(1, peep(1, next)))
      return [zip(o, h(next)).map { $0 * $1 }, next]
    }

    /// P of gate `g` . c.
    private func peep(_ g: Int, _ c: [Double]) -> [Double] {
      c.indices.map { peepholes[g * c.count + $0] * c[$0] }
    }
  }
}
