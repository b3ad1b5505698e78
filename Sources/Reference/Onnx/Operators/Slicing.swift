import Onnx
import Tensors

/// Slice: attributes before opset 10, inputs from then on.
enum Slicing {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "Slice", "data starts>=10 ends>=10 axes?>=10 steps?>=10",
      attributes: "starts<10 ends<10 axes<10", slice)
  ]

  private static func slice(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let isOld = call.opset < 10
    let starts = isOld ? try call.node.ints("starts") ?? [] : try call.indices(1)
    let ends = isOld ? try call.node.ints("ends") ?? [] : try call.indices(2)
    let given = isOld ? try call.node.ints("axes") : try call.optionalIndices(3)
    let axes = try call.axes(given ?? Array(starts.indices), rank: x.rank)
    let steps = try call.optionalIndices(4) ?? [Int](repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count
    else { throw call.error("has starts, ends, axes and steps of different lengths") }
    var picks = x.shape.map { Array(0..<$0) }
    for (i, axis) in axes.enumerated() {
      if steps[i] == 0 { throw call.error("has a step of zero") }
      picks[axis] = indices(starts[i], ends[i], steps[i], size: x.shape[axis])
    }
    let shape = picks.map(\.count)
    try call.elements(of: shape)
    let offsets = NDShape.offsets(picks: picks, strides: NDShape.strides(x.shape))
    return x.taking(offsets, shape: shape)
  }

  /// start, start + step ... before end, both clamped to the axis and counted from its end where
  /// they are negative.
  private static func indices(_ start: Int, _ end: Int, _ step: Int, size: Int) -> [Int] {
    func clamped(_ i: Int, _ low: Int, _ high: Int) -> Int {
      min(max(i < 0 ? max(i, -size - 1) + size : i, low), high)
    }
    if size == 0 { return [] }
    if step > 0 {
      let (first, last) = (clamped(start, 0, size), clamped(end, 0, size))
      return Array(stride(from: first, to: last, by: min(step, size)))
    }
    let (first, last) = (clamped(start, 0, size - 1), clamped(end, -1, size - 1))
    return Array(stride(from: first, to: last, by: max(step, -size)))
  }
}
