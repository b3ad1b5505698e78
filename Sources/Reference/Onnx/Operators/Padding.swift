import Onnx
import Tensors

/// Pad: constant, reflect, edge and wrap. Negative pads cut. Before opset 11 an attribute says how
/// much, then inputs; `axes` came with opset 18.
enum Padding {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "Pad", since: 2, "data pads>=11 constant_value?>=11 axes?>=18",
      attributes: "mode pads<11 value<11", pad)
  ]

  private static func pad(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let mode = try call.node.string("mode", default: "constant")
    let (before, after) = try amounts(call, x)
    var picks: [[Int]] = []
    var shape: [Int] = []
    for (axis, size) in x.shape.enumerated() {
      let (low, high) = (before[axis], after[axis])
      let length = size + low + high
      guard length >= 0 else { throw call.error("cuts more than all of axis \(axis)") }
      try call.elements(of: [length])
      if size == 0, length > 0, mode != "constant" {
        throw call.error("cannot repeat the empty axis \(axis)")
      }
      var pick: [Int] = []
      for i in 0..<length { pick.append(try source(of: i - low, size, mode, call)) }
      picks.append(pick)
      shape.append(length)
    }
    try call.elements(of: shape)
    let offsets = NDShape.offsets(picks: picks, strides: NDShape.strides(x.shape))
    return try fill(x, offsets, shape, call)
  }

  /// Which element stands `i` from the start of an axis, -1 for the constant.
  private static func source(
    of i: Int, _ size: Int, _ mode: String, _ call: NodeCall
  ) throws(OnnxError) -> Int {
    if (0..<size).contains(i) { return i }
    switch mode {
    case "constant": return -1
    case "edge": return i < 0 ? 0 : size - 1
    case "wrap" where call.opset >= 19: return ((i % size) + size) % size
    case "reflect":
      if size == 1 { return 0 }
      let period = 2 * (size - 1)
      let place = ((i % period) + period) % period
      return place < size ? place : period - place
    default: throw call.error("attribute 'mode' is \(onnxQuoted(mode))")
    }
  }

  /// Elements added before and after each axis.
  private static func amounts(
    _ call: NodeCall, _ x: NDArray
  ) throws(OnnxError) -> (before: [Int], after: [Int]) {
    let pads = call.opset < 11 ? try call.node.ints("pads") ?? [] : try call.indices(1)
    let axes =
      try call.optionalIndices(3).map { given throws(OnnxError) in
        try call.axes(given, rank: x.rank)
      } ?? Array(0..<x.rank)
    guard pads.count == 2 * axes.count, pads.allSatisfy({ (-1 << 31...1 << 31).contains($0) })
    else {
      throw call.error("the pads \(pads) are not two for each of \(axes.count) axes")
    }
    var before = [Int](repeating: 0, count: x.rank)
    var after = before
    for (i, axis) in axes.enumerated() {
      before[axis] = pads[i]
      after[axis] = pads[axes.count + i]
    }
    return (before, after)
  }

  private static func fill(
    _ x: NDArray, _ offsets: [Int], _ shape: [Int], _ call: NodeCall
  ) throws(OnnxError) -> NDArray {
    let constant = try call.optionalTensor(2)
    if let constant, constant.count != 1 || constant.type != x.type {
      throw call.error(input: 2, "is \(constant.text), not one element of the input's type")
    }
    let value = Double(try call.node.float("value", default: 0))
    let values: NDArray.Values
    switch (x.values, constant?.values) {
    case (.reals(let v), let c):
      let filler = if case .reals(let c)? = c { c[0] } else { value }
      values = .reals(offsets.map { $0 < 0 ? filler : v[$0] })
    case (.integers(let v), let c):
      let filler = if case .integers(let c)? = c { c[0] } else { 0 as Int64 }
      values = .integers(offsets.map { $0 < 0 ? filler : v[$0] })
    case (.strings(let v), let c):
      let filler = if case .strings(let c)? = c { c[0] } else { "" }
      values = .strings(offsets.map { $0 < 0 ? filler : v[$0] })
    }
    return NDArray(shape: shape, type: x.type, trusted: values)
  }
}
