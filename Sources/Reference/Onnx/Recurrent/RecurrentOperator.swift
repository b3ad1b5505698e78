import Onnx
import Tensors

/// One step of an RNN, GRU or LSTM node in one direction.
protocol OnnxCell {
  /// The states after a step; the first one is the output. `x` is [I], every state [H].
  func step(_ x: [Double], _ states: [[Double]]) -> [[Double]]
}

/// What the three recurrent operators share: directions, layouts, lengths, initial states.
enum RecurrentOperator {
  static let inputs = "X W R B? sequence_lens? initial_h?"
  static let attributes =
    "activation_alpha activation_beta activations clip direction hidden_size layout>=14"

  /// Y, and every state after the last step. `initial` are the inputs with the first states.
  ///
  /// Steps beyond a row's length give zeros, and so do the states of a row without steps. The
  /// backward direction starts at a row's own last step.
  static func run(
    _ call: NodeCall, _ shape: RecurrentShape, initial: [Int], gates: Int,
    cell: (Int) throws(OnnxError) -> any OnnxCell
  ) throws(OnnxError) -> [NodeValue?] {
    try call.elements(of: shape.outputShape)
    try call.elements(of: shape.stateShape)
    try call.spend(
      [
        shape.steps, shape.batch, shape.directions, gates, shape.hidden,
        shape.inputs &+ shape.hidden,
      ])
    let x = try call.reals(0)
    let first = try initialStates(call, shape, initial)
    var y = [Double](
      repeating: 0, count: shape.steps * shape.directions * shape.batch * shape.hidden)
    var last = first.map { [Double](repeating: 0, count: $0.count) }
    for d in 0..<shape.directions {
      let cell = try cell(d)
      for b in 0..<shape.batch {
        let place = shape.state(d, b)..<shape.state(d, b) + shape.hidden
        var states = first.map { Array($0[place]) }
        let length = shape.lengths[b]
        for step in 0..<length {
          let t = shape.reversed[d] ? length - 1 - step : step
          let start = shape.input(t, b)
          states = cell.step(Array(x[start..<start + shape.inputs]), states)
          let out = shape.output(t, d, b)
          y.replaceSubrange(out..<out + shape.hidden, with: states[0])
        }
        if length == 0 { continue }
        for k in states.indices { last[k].replaceSubrange(place, with: states[k]) }
      }
    }
    let output = NDArray(shape: shape.outputShape, type: shape.type, reals: y)
    return [.tensor(output)]
      + last.map { .tensor(NDArray(shape: shape.stateShape, type: shape.type, reals: $0)) }
  }

  private static func initialStates(
    _ call: NodeCall, _ shape: RecurrentShape, _ indices: [Int]
  ) throws(OnnxError) -> [[Double]] {
    let count = NDShape.count(shape.stateShape)!
    var result: [[Double]] = []
    for index in indices {
      guard let array = try call.optionalTensor(index) else {
        result.append([Double](repeating: 0, count: count))
        continue
      }
      try call.require(index, array, shape: shape.stateShape)
      guard array.elementType == shape.type else {
        throw call.error(input: index, "is \(array.type.text), not \(shape.type.rawValue)")
      }
      result.append(array.doubles!)
    }
    return result
  }

  /// The limit of the sums that enter the activations of gates, infinite without `clip`.
  static func clip(_ call: NodeCall) throws(OnnxError) -> Double {
    guard let clip = try call.node.optionalFloat("clip") else { return .infinity }
    guard clip >= 0 else { throw call.error("attribute 'clip' is \(clip)") }
    return Double(clip)
  }
}

/// The sum of the vectors, element by element, limited to [-clip, clip].
func clippedSum(_ vectors: [[Double]], clip: Double) -> [Double] {
  var sum = vectors[0]
  for vector in vectors.dropFirst() { for i in sum.indices { sum[i] += vector[i] } }
  return clip.isInfinite ? sum : sum.map { min(max($0, -clip), clip) }
}
