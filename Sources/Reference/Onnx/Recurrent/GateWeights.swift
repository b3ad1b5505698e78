import Onnx

/// W, R and B of one direction, gate by gate.
struct GateWeights {
  private let hidden: Int
  private let inputs: Int
  /// [gates, H, I], [gates, H, H], [gates, H] twice.
  private let w: [Double]
  private let r: [Double]
  private let inputBias: [Double]
  private let stateBias: [Double]

  init(
    _ call: NodeCall, _ shape: RecurrentShape, gates: Int, direction: Int
  ) throws(OnnxError) {
    hidden = shape.hidden
    inputs = shape.inputs
    let (rows, directions) = (gates * hidden, shape.directions)
    w = try Self.part(call, 1, [directions, rows, inputs], direction)
    r = try Self.part(call, 2, [directions, rows, hidden], direction)
    let hasBias = call.optionalValue(3) != nil
    let bias =
      hasBias
      ? try Self.part(call, 3, [directions, 2 * rows], direction)
      : [Double](repeating: 0, count: 2 * rows)
    inputBias = Array(bias[..<rows])
    stateBias = Array(bias[rows...])
  }

  /// Input `index`, of `shape`, for one index of its first axis.
  static func part(
    _ call: NodeCall, _ index: Int, _ shape: [Int], _ direction: Int
  ) throws(OnnxError) -> [Double] {
    let array = try call.tensor(index)
    let values = try call.reals(index)
    try call.require(index, array, shape: shape)
    guard array.type == (try call.tensor(0).type) else {
      throw call.error(input: index, "is \(array.type.text), and X is another type")
    }
    let size = values.count / max(shape[0], 1)
    return Array(values[direction * size..<(direction + 1) * size])
  }

  /// W x + its bias of gate `g`.
  func fromInput(_ g: Int, _ x: [Double]) -> [Double] {
    (0..<hidden).map { row in
      let start = (g * hidden + row) * inputs
      var sum = inputBias[g * hidden + row]
      for k in 0..<inputs { sum += w[start + k] * x[k] }
      return sum
    }
  }

  /// R h + its bias of gate `g`.
  func fromState(_ g: Int, _ h: [Double]) -> [Double] {
    (0..<hidden).map { row in
      let start = (g * hidden + row) * hidden
      var sum = stateBias[g * hidden + row]
      for k in 0..<hidden { sum += r[start + k] * h[k] }
      return sum
    }
  }
}
