import Onnx
import Tensors

extension NodeCall {
  /// Number of elements of an output, which must be within the limits; counts them as work.
  @discardableResult
  func elements(of shape: [Int]) throws(OnnxError) -> Int {
    let limit = evaluation.budget.limits.elements
    guard shape.allSatisfy({ $0 >= 0 }) else { throw error("the shape \(shape) is negative") }
    guard let count = NDShape.count(shape), count <= limit else {
      throw error("an array of shape \(shape) has more than \(limit) elements")
    }
    try spend([count])
    return count
  }

  /// Counts work: the product of `factors`.
  func spend(_ factors: [Int]) throws(OnnxError) {
    try evaluation.budget.spend(factors, for: node)
  }

  /// Counts elements that stay alive while this node works.
  func hold(_ elements: Int) throws(OnnxError) {
    try evaluation.budget.hold(elements, for: node)
  }

  /// They do not any more, or as part of the node's outputs.
  func release(_ arrays: [NDArray]) {
    for array in arrays { evaluation.budget.release(max(array.count, 1)) }
  }

  /// `axis` counted from the front; negative ones count from the back.
  func axis(_ axis: Int, rank: Int) throws(OnnxError) -> Int {
    guard axis >= -rank, axis < rank else {
      throw error("axis \(axis) is outside of \(rank) axes")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The axes counted from the front, each at most once.
  func axes(_ axes: [Int], rank: Int) throws(OnnxError) -> [Int] {
    var result: [Int] = []
    for one in axes {
      let axis = try axis(one, rank: rank)
      if result.contains(axis) { throw error("axis \(axis) is named twice") }
      result.append(axis)
    }
    return result
  }

  /// The shape of `arrays` combined element by element.
  func broadcast(_ arrays: [NDArray]) throws(OnnxError) -> [Int] {
    var shape: [Int] = []
    for array in arrays {
      guard let both = NDShape.broadcast(shape, array.shape) else {
        let shapes = arrays.map { "\($0.shape)" }.joined(separator: ", ")
        throw error("the shapes \(shapes) do not broadcast")
      }
      shape = both
    }
    try elements(of: shape)
    return shape
  }

  /// `array` repeated to fill `shape`, to which it must broadcast.
  func stretched(_ array: NDArray, to shape: [Int]) -> NDArray {
    array.shape == shape
      ? array : array.taking(NDShape.broadcastOffsets(array.shape, to: shape), shape: shape)
  }

  /// Input `index` repeated to `shape`, where only that input may stretch.
  func stretchedInput(_ index: Int, to shape: [Int]) throws(OnnxError) -> NDArray {
    let array = try tensor(index)
    guard NDShape.broadcast(array.shape, shape) == shape else {
      throw error(input: index, "has shape \(array.shape), which does not broadcast to \(shape)")
    }
    return stretched(array, to: shape)
  }
}
