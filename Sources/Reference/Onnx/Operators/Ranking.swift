import Onnx
import Tensors

/// Operators that order the elements along an axis, or go through them in order: ArgMax, ArgMin,
/// TopK and CumSum.
enum Ranking {
  static let rows: [OperatorRow] = [
    OperatorRow("ArgMax", "data", attributes: arguments) { call throws(OnnxError) in
      try best(call, isLargest: true)
    },
    OperatorRow("ArgMin", "data", attributes: arguments) { call throws(OnnxError) in
      try best(call, isLargest: false)
    },
    OperatorRow("CumSum", since: 11, "x axis", attributes: "exclusive reverse", cumulate),
    OperatorRow(
      "TopK", "X K>=10", outputs: 2...2, attributes: "axis k<10 largest>=11 sorted>=11",
      body: topK),
  ]

  private static let arguments = "axis keepdims select_last_index>=12"

  /// The lines of an array along one axis: where their elements stand, in order.
  private struct Lines {
    let axis: Int
    let length: Int
    /// Of the first element of every line, and from one element to the next.
    let starts: [Int]
    let step: Int

    init(_ call: NodeCall, _ x: NDArray, axis given: Int) throws(OnnxError) {
      axis = try call.axis(given, rank: x.rank)
      try call.spend([x.count, 64])
      length = x.shape[axis]
      var (shape, strides) = (x.shape, NDShape.strides(x.shape))
      step = strides[axis]
      shape[axis] = 1
      strides[axis] = 0
      starts = NDShape.offsets(shape, strides: strides)
    }

    func offset(_ line: Int, _ i: Int) -> Int { starts[line] + i * step }
  }

  /// Whether element `a` is less than `b`; not a number counts as the largest.
  private static func order(
    _ call: NodeCall, _ x: NDArray
  ) throws(OnnxError) -> (Int, Int) -> Bool {
    switch x.values {
    case .reals:
      let v = x.storedDoubles!
      return { v[$0] < v[$1] || (v[$1].isNaN && !v[$0].isNaN) }
    case .integers(let v) where x.isInteger:
      let type = x.elementType!
      return { Arithmetic.isLess(v[$0], v[$1], type) }
    default: throw call.error(input: 0, "is \(x.text), not numeric")
    }
  }

  /// The index of the first (or last) best element of every line.
  private static func best(_ call: NodeCall, isLargest: Bool) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let isLess = try order(call, x)
    let lines = try Lines(call, x, axis: try call.node.int("axis", default: 0))
    guard lines.length > 0 else { throw call.error("axis \(lines.axis) is empty") }
    let takesLast = try call.node.int("select_last_index", default: 0) != 0
    let found = lines.starts.indices.map { line in
      (1..<lines.length).reduce(0) { best, i in
        let (old, new) = (lines.offset(line, best), lines.offset(line, i))
        let isBetter = isLargest ? isLess(old, new) : isLess(new, old)
        let isEqual = !isLess(old, new) && !isLess(new, old)
        return isBetter || (isEqual && takesLast) ? i : best
      }
    }
    var shape = x.shape
    shape[lines.axis] = 1
    if try call.node.int("keepdims", default: 1) == 0 { shape.remove(at: lines.axis) }
    return NDArray(shape: shape, type: .i64, integers: found.map { Int64($0) })
  }

  /// The K best elements of every line in order, equal ones by their index, and their indices.
  private static func topK(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let x = try call.tensor(0)
    let isLess = try order(call, x)
    let lines = try Lines(call, x, axis: try call.node.int("axis", default: -1))
    let count = try call.opset < 10 ? call.node.int("k", default: -1) : Int(exactly: call.scalar(1))
    guard let count, count >= 0, count <= lines.length else {
      throw call.error("takes \(count ?? -1) of \(lines.length) elements")
    }
    let isLargest = try call.node.int("largest", default: 1) != 0
    var picks: [Int] = []
    for line in lines.starts.indices {
      let ranked = (0..<lines.length).sorted { a, b in
        let (p, q) = (lines.offset(line, a), lines.offset(line, b))
        if isLess(p, q) { return !isLargest }
        return isLess(q, p) ? isLargest : a < b
      }
      picks += ranked.prefix(count)
    }
    // Line after line: the axis goes last, and then to its place.
    var shape = x.shape
    shape.remove(at: lines.axis)
    let moved = picks.indices.map { lines.offset($0 / max(count, 1), picks[$0]) }
    let values = x.taking(moved, shape: shape + [count])
    let indices = NDArray(
      shape: shape + [count], type: .i64, integers: picks.map { Int64($0) })
    return [values, indices].map { .tensor(lastAxis(of: $0, to: lines.axis)) }
  }

  private static func lastAxis(of x: NDArray, to axis: Int) -> NDArray {
    var (shape, strides) = (x.shape, NDShape.strides(x.shape))
    shape.insert(shape.removeLast(), at: axis)
    strides.insert(strides.removeLast(), at: axis)
    return x.taking(NDShape.offsets(shape, strides: strides), shape: shape)
  }

  /// The sums of the elements up to each one, itself included unless `exclusive`.
  private static func cumulate(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let axis = try call.indices(1)
    guard axis.count == 1 else { throw call.error(input: 1, "is \(axis), not one axis") }
    let lines = try Lines(call, x, axis: axis[0])
    let isExclusive = try call.node.int("exclusive", default: 0) != 0
    let isReverse = try call.node.int("reverse", default: 0) != 0
    func sums<T: AdditiveArithmetic>(_ v: [T], _ add: (T, T) -> T) -> [T] {
      var y = v
      for line in lines.starts.indices {
        var sum = T.zero
        for i in 0..<lines.length {
          let offset = lines.offset(line, isReverse ? lines.length - 1 - i : i)
          y[offset] = isExclusive ? sum : add(sum, v[offset])
          sum = add(sum, v[offset])
        }
      }
      return y
    }
    switch x.values {
    case .reals(let v):
      return NDArray(shape: x.shape, type: x.elementType!, reals: sums(v, +))
    case .integers(let v) where x.isInteger:
      return NDArray(shape: x.shape, type: x.elementType!, integers: sums(v, &+))
    default: throw call.error(input: 0, "is \(x.text), not numeric")
    }
  }
}
