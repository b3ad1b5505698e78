import Onnx
import Tensors

/// Gather, GatherElements and GatherND. Negative indices count from the end.
enum Gathering {
  static let rows: [OperatorRow] = [
    OperatorRow("Gather", "data indices", attributes: "axis", gather),
    OperatorRow("GatherElements", since: 11, "data indices", attributes: "axis", gatherElements),
    OperatorRow("GatherND", since: 11, "data indices", attributes: "batch_dims>=12", gatherND),
  ]

  /// y[before, indices..., after] = x[before, indices[...], after].
  private static func gather(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (x, indices) = (try call.tensor(0), try call.tensor(1))
    let axis = try call.axis(try call.node.int("axis", default: 0), rank: x.rank)
    let picks = try places(call, 1, size: x.shape[axis])
    let shape = Array(x.shape[..<axis]) + indices.shape + Array(x.shape[(axis + 1)...])
    try call.elements(of: shape)
    var all = x.shape.map { Array(0..<$0) }
    all[axis] = picks
    let offsets = NDShape.offsets(picks: all, strides: NDShape.strides(x.shape))
    return x.taking(offsets, shape: shape)
  }

  /// y[i, j, ...] = x[i, j, ...] with the index along `axis` replaced by indices[i, j, ...].
  private static func gatherElements(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let offsets = try elementOffsets(call, x)
    return x.taking(offsets, shape: try call.tensor(1).shape)
  }

  /// For each element of input 1 the offset in `x` that it means along `axis`.
  static func elementOffsets(_ call: NodeCall, _ x: NDArray) throws(OnnxError) -> [Int] {
    let indices = try call.tensor(1)
    let axis = try call.axis(try call.node.int("axis", default: 0), rank: x.rank)
    guard indices.rank == x.rank,
      x.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= x.shape[$0] })
    else { throw call.error(input: 1, "has shape \(indices.shape), for \(x.shape)") }
    var strides = NDShape.strides(x.shape)
    let step = strides[axis]
    strides[axis] = 0
    let bases = NDShape.offsets(indices.shape, strides: strides)
    return zip(bases, try places(call, 1, size: x.shape[axis])).map { $0 + $1 * step }
  }

  private static func gatherND(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let batch = try call.node.int("batch_dims", default: 0)
    let blocks = try BlockIndices(call, x, batch: batch)
    try call.elements(of: blocks.shape + blocks.blockShape)
    let offsets = blocks.starts.flatMap { $0..<$0 + blocks.size }
    return x.taking(offsets, shape: blocks.shape + blocks.blockShape)
  }

  /// Input `index` as indices of an axis of `size`, counted from the front.
  static func places(_ call: NodeCall, _ index: Int, size: Int) throws(OnnxError) -> [Int] {
    let array = try call.tensor(index)
    guard array.elementType == .i64 || array.elementType == .i32,
      case .integers(let values) = array.values
    else { throw call.error(input: index, "is \(array.text), not i32 or i64") }
    var result: [Int] = []
    for value in values {
      guard value >= -size, value < size else {
        throw call.error(input: index, "\(value) is outside of an axis of \(size)")
      }
      result.append(Int(value < 0 ? value + Int64(size) : value))
    }
    return result
  }
}

/// The last axis of input 1 names the leading axes of an array, and so whole blocks of it.
struct BlockIndices {
  /// Of the indices without their last axis, of one block, and a block's elements.
  let shape: [Int]
  let blockShape: [Int]
  let size: Int
  /// Where the blocks begin.
  let starts: [Int]

  init(_ call: NodeCall, _ x: NDArray, batch: Int = 0) throws(OnnxError) {
    let indices = try call.tensor(1)
    guard let depth = indices.shape.last, indices.elementType == .i64, batch >= 0,
      batch < max(indices.rank, 1), batch + depth <= x.rank, x.rank > 0, depth > 0,
      indices.shape[..<batch] == x.shape[..<batch], case .integers(let values) = indices.values
    else { throw call.error(input: 1, "is \(indices.text), for \(x.text)") }
    shape = Array(indices.shape.dropLast())
    blockShape = Array(x.shape[(batch + depth)...])
    size = NDShape.count(blockShape)!
    let strides = NDShape.strides(x.shape)
    let count = try call.elements(of: shape)
    let perBatch = max(1, NDShape.count(Array(shape[batch...]))!)
    let batchStride = batch == 0 ? 0 : strides[batch - 1]
    var starts: [Int] = []
    for row in 0..<count {
      var start = row / perBatch * batchStride
      for k in 0..<depth {
        let (axis, value) = (batch + k, Int(values[row * depth + k]))
        guard value >= -x.shape[axis], value < x.shape[axis] else {
          throw call.error(input: 1, "\(value) is outside of axis \(axis) of \(x.text)")
        }
        start += (value < 0 ? value + x.shape[axis] : value) * strides[axis]
      }
      starts.append(start)
    }
    self.starts = starts
  }
}
