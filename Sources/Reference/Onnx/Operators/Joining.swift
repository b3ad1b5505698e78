import Onnx
import Tensors

/// Concat and Split.
enum Joining {
  static let rows: [OperatorRow] = [
    OperatorRow("Concat", since: 4, "inputs*", attributes: "axis") { call throws(OnnxError) in
      guard let axis = try call.node.optionalInt("axis") else {
        throw call.error("attribute 'axis' is missing")
      }
      return try concat(try call.tensors(), axis: axis, call)
    },
    OperatorRow(
      "Split", since: 2, "input split?>=13", outputs: 1...Int.max,
      attributes: "axis split<13 num_outputs>=18", body: split),
  ]

  static func concat(
    _ arrays: [NDArray], axis given: Int, _ call: NodeCall
  ) throws(OnnxError) -> NDArray {
    guard let first = arrays.first else { throw call.error("joins nothing") }
    try call.requireSameType(arrays)
    let axis = try call.axis(given, rank: first.rank)
    var shape = first.shape
    for array in arrays.dropFirst() {
      let others = array.shape.indices.filter { $0 != axis }
      guard array.rank == first.rank, others.allSatisfy({ array.shape[$0] == shape[$0] }) else {
        throw call.error("\(array.text) does not join \(first.text) along axis \(axis)")
      }
      shape[axis] += array.shape[axis]
    }
    let count = try call.elements(of: shape)
    let outer = NDShape.count(Array(shape[..<axis]))!
    // With an empty axis in front there may be fewer elements than outer rows.
    let runs = count == 0 ? [] : arrays.map { $0.count / outer }
    func joined<T>(_ values: [[T]]) -> [T] {
      if count == 0 { return [] }
      return (0..<outer).flatMap { row in
        zip(values, runs).flatMap { $0[row * $1..<(row + 1) * $1] }
      }
    }
    let values: NDArray.Values
    switch first.values {
    case .reals: values = .reals(joined(arrays.map { $0.doubles ?? [] }))
    case .integers:
      values = .integers(joined(arrays.map { $0.integers ?? [] }))
    case .strings:
      values = .strings(joined(arrays.map { $0.strings ?? [] }))
    }
    return NDArray(shape: shape, type: first.type, trusted: values)
  }

  private static func split(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let x = try call.tensor(0)
    let axis = try call.axis(try call.node.int("axis", default: 0), rank: x.rank)
    let size = x.shape[axis]
    let given = call.opset < 13 ? try call.node.ints("split") : try call.optionalIndices(1)
    let count = try call.node.optionalInt("num_outputs")
    if given != nil, count != nil { throw call.error("has both 'split' and 'num_outputs'") }
    let equal = try given == nil ? equalParts(size, count ?? call.node.outputs.count, call) : []
    let sizes = given ?? equal
    guard sizes.count == call.node.outputs.count else {
      throw call.error("splits into \(sizes.count) parts for \(call.node.outputs.count) outputs")
    }
    return try parts(x, axis: axis, sizes, call).map { .tensor($0) }
  }

  /// Parts of one size; the last may be smaller from opset 18 on.
  private static func equalParts(
    _ size: Int, _ count: Int, _ call: NodeCall
  ) throws(OnnxError) -> [Int] {
    guard count > 0, count == call.node.outputs.count else {
      throw call.error("attribute 'num_outputs' is \(count)")
    }
    let part = (size + count - 1) / count
    guard call.opset >= 18 || part * count == size else {
      throw call.error("axis of \(size) does not split into \(count) equal parts")
    }
    return (0..<count).map { max(0, min(part, size - $0 * part)) }
  }

  /// `x` cut along `axis` into parts of `sizes`, which must add up.
  static func parts(
    _ x: NDArray, axis: Int, _ sizes: [Int], _ call: NodeCall
  ) throws(OnnxError) -> [NDArray] {
    guard sizes.allSatisfy({ (0...x.shape[axis]).contains($0) }),
      sizes.reduce(0, &+) == x.shape[axis]
    else { throw call.error("the parts \(sizes) do not fill axis \(axis) of \(x.text)") }
    try call.spend([x.count])
    let strides = NDShape.strides(x.shape)
    var start = 0
    return sizes.map { size in
      var shape = x.shape
      shape[axis] = size
      let offsets = NDShape.offsets(shape, strides: strides, start: start * strides[axis])
      start += size
      return x.taking(offsets, shape: shape)
    }
  }
}
