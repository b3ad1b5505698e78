import Onnx
import Tensors

/// The sizes of an RNN, GRU or LSTM node and its inputs X, sequence_lens and layout, checked.
struct RecurrentShape {
  /// Steps T, batch B, inputs I, hidden H, directions D.
  let steps, batch, inputs, hidden: Int
  /// Whether each direction walks backwards.
  let reversed: [Bool]
  /// Batch first: X [B, T, I], Y [B, T, D, H], states [B, D, H].
  let isBatchFirst: Bool
  /// Steps of each row of the batch.
  let lengths: [Int]
  let type: ElementType

  var directions: Int { reversed.count }

  init(_ call: NodeCall) throws(OnnxError) {
    let (x, r) = (try call.tensor(0), try call.tensor(2))
    _ = try call.reals(0)
    guard x.rank == 3 else { throw call.error(input: 0, "has \(x.rank) axes, not 3") }
    guard r.rank == 3 else { throw call.error(input: 2, "has \(r.rank) axes, not 3") }
    let layout = try call.node.int("layout", default: 0)
    guard layout == 0 || layout == 1 else { throw call.error("attribute 'layout' is \(layout)") }
    isBatchFirst = layout == 1
    steps = x.shape[isBatchFirst ? 1 : 0]
    batch = x.shape[isBatchFirst ? 0 : 1]
    inputs = x.shape[2]
    hidden = r.shape[2]
    type = x.elementType!
    guard try call.node.int("hidden_size", default: hidden) == hidden else {
      throw call.error(input: 2, "has shape \(r.shape), which is not for the given hidden_size")
    }
    reversed = try Self.directions(call)
    lengths = try Self.lengths(call, steps: steps, batch: batch)
  }

  private static func directions(_ call: NodeCall) throws(OnnxError) -> [Bool] {
    switch try call.node.string("direction", default: "forward") {
    case "forward": return [false]
    case "reverse": return [true]
    case "bidirectional": return [false, true]
    case let other: throw call.error("attribute 'direction' is \(onnxQuoted(other))")
    }
  }

  private static func lengths(
    _ call: NodeCall, steps: Int, batch: Int
  ) throws(OnnxError) -> [Int] {
    guard let array = try call.optionalTensor(4) else {
      return [Int](repeating: steps, count: batch)
    }
    guard array.elementType == .i32 || array.elementType == .i64 else {
      throw call.error(input: 4, "is \(array.text), not i32")
    }
    try call.require(4, array, shape: [batch])
    let lengths = try call.indices(4)
    for length in lengths where !(0...steps).contains(length) {
      throw call.error(input: 4, "a length of \(length), for \(steps) steps")
    }
    return lengths
  }

  // MARK: Where rows stand

  func input(_ t: Int, _ b: Int) -> Int { (isBatchFirst ? b * steps + t : t * batch + b) * inputs }

  func output(_ t: Int, _ d: Int, _ b: Int) -> Int {
    let row =
      isBatchFirst ? (b * steps + t) * directions + d : (t * directions + d) * batch + b
    return row * hidden
  }

  func state(_ d: Int, _ b: Int) -> Int {
    (isBatchFirst ? b * directions + d : d * batch + b) * hidden
  }

  var outputShape: [Int] {
    isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
  }

  var stateShape: [Int] {
    isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
  }
}
