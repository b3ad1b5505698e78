import Foundation
import Onnx
import Tensors

/// Softmax and LogSoftmax.
///
/// From opset 13 along one axis (default the last); before, over all axes from `axis` on together
/// (default 1).
enum Softmax {
  static let rows: [OperatorRow] = [
    OperatorRow("Softmax", "input", attributes: "axis") { call throws(OnnxError) in
      try normalize(call) { x, top, logSum in exp(x - top - logSum) }
    },
    OperatorRow("LogSoftmax", "input", attributes: "axis") { call throws(OnnxError) in
      try normalize(call) { x, top, logSum in x - top - logSum }
    },
  ]

  /// f(x, largest x of the group, log of the group's sum of exp(x - largest)).
  private static func normalize(
    _ call: NodeCall, _ f: (Double, Double, Double) -> Double
  ) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let values = try call.reals(0)
    let groups = try ReductionGroups(x, axes: try axes(call, x), call)
    var result = [Double](repeating: 0, count: x.count)
    for slice in groups.slices {
      let offsets = groups.offsets[slice]
      let top = offsets.reduce(-.infinity) { Arithmetic.larger($0, values[$1]) }
      let logSum = log(offsets.reduce(0) { $0 + exp(values[$1] - top) })
      for offset in offsets { result[offset] = f(values[offset], top, logSum) }
    }
    return NDArray(shape: x.shape, type: x.elementType!, reals: result)
  }

  private static func axes(_ call: NodeCall, _ x: NDArray) throws(OnnxError) -> [Int] {
    let isOneAxis = call.opset >= 13
    let given = try call.node.int("axis", default: isOneAxis ? -1 : 1)
    if isOneAxis { return x.rank == 0 ? [] : [try call.axis(given, rank: x.rank)] }
    if given == x.rank { return [] }
    return Array(try call.axis(given, rank: x.rank)..<x.rank)
  }
}
