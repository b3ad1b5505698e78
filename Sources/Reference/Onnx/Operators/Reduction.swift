import Foundation
import Onnx
import Tensors

/// Reductions over axes. Before opset 18 (ReduceSum: 13) the axes are an attribute, then an input.
enum Reduction {
  static let rows: [OperatorRow] = [
    row("ReduceL1", reals: { $0.reduce(0) { $0 + abs($1) } }),
    row("ReduceL2", reals: { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }),
    row("ReduceLogSum", reals: { log($0.reduce(0, +)) }),
    row("ReduceLogSumExp", reals: logSumExp),
    row("ReduceMax", reals: { $0.reduce(-.infinity, Arithmetic.larger) }, integers: maximum),
    row(
      "ReduceMean", reals: { $0.reduce(0, +) / Double($0.count) },
      integers: { v, _ in v.isEmpty ? 0 : v.reduce(0, &+) / Int64(v.count) }),
    row("ReduceMin", reals: { $0.reduce(.infinity, Arithmetic.smaller) }, integers: minimum),
    row("ReduceProd", reals: { $0.reduce(1, *) }, integers: { v, _ in v.reduce(1, &*) }),
    row(
      "ReduceSum", inputAxesFrom: 13, reals: { $0.reduce(0, +) },
      integers: { v, _ in v.reduce(0, &+) }),
    row(
      "ReduceSumSquare", reals: { $0.reduce(0) { $0 + $1 * $1 } },
      integers: { v, _ in v.reduce(0) { $0 &+ $1 &* $1 } }),
  ]

  typealias Reals = @Sendable (ArraySlice<Double>) -> Double
  typealias Integers = @Sendable (ArraySlice<Int64>, ElementType) -> Int64

  private static func row(
    _ name: String, inputAxesFrom opset: Int = 18, reals: @escaping Reals,
    integers: Integers? = nil
  ) -> OperatorRow {
    OperatorRow(
      name, "data axes?>=\(opset)",
      attributes: "axes<\(opset) keepdims noop_with_empty_axes>=\(opset)"
    ) { call throws(OnnxError) in
      try reduce(call, reals, integers)
    }
  }

  private static func reduce(
    _ call: NodeCall, _ f: Reals, _ g: Integers?
  ) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let axes = try axes(call, rank: x.rank)
    let groups = try ReductionGroups(x, axes: axes, call)
    let keeps = try call.node.int("keepdims", default: 1) != 0
    let shape = keeps ? groups.keptShape : groups.shape
    switch (x.values, g) {
    case (.reals(let v), _):
      let picked = groups.offsets.map { v[$0] }
      return NDArray(
        shape: shape, type: x.elementType!, reals: groups.slices.map { f(picked[$0]) })
    case (.integers(let v), let g?):
      let picked = groups.offsets.map { v[$0] }
      let type = x.elementType!
      return NDArray(
        shape: shape, type: type, integers: groups.slices.map { g(picked[$0], type) })
    default: throw call.error(input: 0, "is \(x.text), which this operator does not reduce")
    }
  }

  /// No axes at all mean every axis, or with `noop_with_empty_axes` none.
  private static func axes(_ call: NodeCall, rank: Int) throws(OnnxError) -> [Int] {
    let given = try call.indices(1, attribute: "axes") ?? []
    if !given.isEmpty { return try call.axes(given, rank: rank) }
    let keepsAll = try call.node.int("noop_with_empty_axes", default: 0) != 0
    return keepsAll ? [] : Array(0..<rank)
  }

  private static let logSumExp: Reals = { values in
    let top = values.reduce(-.infinity, Arithmetic.larger)
    guard top.isFinite else { return top }
    return top + log(values.reduce(0) { $0 + exp($1 - top) })
  }

  /// Of nothing: the least value of the type.
  private static let maximum: Integers = { values, type in
    values.reduce(type.integerRange.low) { Arithmetic.isLess($0, $1, type) ? $1 : $0 }
  }

  private static let minimum: Integers = { values, type in
    values.reduce(type.integerRange.high) { Arithmetic.isLess($1, $0, type) ? $1 : $0 }
  }
}

/// The elements of an array in groups that differ only along some axes.
struct ReductionGroups {
  /// Of the groups, without and with a 1 for every reduced axis.
  let shape: [Int]
  let keptShape: [Int]
  /// Where the elements stand, group after group.
  let offsets: [Int]
  /// Elements of a group.
  let size: Int

  init(_ x: NDArray, axes: [Int], _ call: NodeCall) throws(OnnxError) {
    let kept = x.shape.indices.filter { !axes.contains($0) }
    let reduced = x.shape.indices.filter { axes.contains($0) }
    shape = kept.map { x.shape[$0] }
    keptShape = x.shape.indices.map { axes.contains($0) ? 1 : x.shape[$0] }
    try call.elements(of: shape)
    try call.spend([x.count])
    let order = kept + reduced
    let strides = NDShape.strides(x.shape)
    offsets = NDShape.offsets(order.map { x.shape[$0] }, strides: order.map { strides[$0] })
    size = NDShape.count(reduced.map { x.shape[$0] })!
  }

  /// The groups as ranges of `offsets`.
  var slices: [Range<Int>] {
    (0..<NDShape.count(shape)!).map { $0 * size..<($0 + 1) * size }
  }
}
