import Onnx
import Tensors

/// MaxPool, AveragePool and their global forms: the largest value or the mean under a window.
enum Pooling {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "AveragePool", since: 7, "X",
      attributes:
        "auto_pad ceil_mode>=10 count_include_pad dilations>=19 kernel_shape pads strides",
      average),
    OperatorRow("GlobalAveragePool", "X") { call throws(OnnxError) in
      try global(call) { $0.reduce(0, +) / Double($0.count) }
    },
    OperatorRow("GlobalMaxPool", "X") { call throws(OnnxError) in
      try global(call) { $0.reduce(-.infinity, Arithmetic.larger) }
    },
    OperatorRow(
      "MaxPool", "X", outputs: 1...2,
      attributes: "auto_pad ceil_mode>=10 dilations>=10 kernel_shape pads storage_order>=8 strides",
      body: { call throws(OnnxError) in [.tensor(try maximum(call))] }),
  ]

  /// A pool's input [N, C, ...] and its window; every channel of every row is a plane.
  private struct Plan {
    let x: NDArray
    let window: SlidingWindow
    let shape: [Int]
    let planes: Int

    init(_ call: NodeCall) throws(OnnxError) {
      x = try call.tensor(0)
      guard x.rank >= 3 else { throw call.error(input: 0, "has \(x.rank) axes, not 3 or more") }
      let rank = x.rank - 2
      guard let kernel = try call.sizes("kernel_shape", count: rank, least: 1) else {
        throw call.error("attribute 'kernel_shape' is missing")
      }
      let ceil = try call.node.int("ceil_mode", default: 0) != 0
      let attributes = try WindowAttributes(call, kernel: kernel)
      window = try attributes.window(call, over: Array(x.shape.dropFirst(2)), ceil: ceil)
      shape = Array(x.shape[..<2]) + window.positions
      planes = x.shape[0] * x.shape[1]
      try call.elements(of: shape)
      try call.spend(shape + kernel)
    }

    /// f of the values under the window and of the position's number, at every position.
    func map(_ call: NodeCall, _ f: ([Double], Int) -> Double) throws(OnnxError) -> [Double] {
      let values = try call.reals(0)
      let offsets = try window.offsets(call)
      let taps = NDShape.count(window.kernel)!
      let size = NDShape.count(window.extent)!
      var y: [Double] = []
      for plane in 0..<planes {
        for start in stride(from: 0, to: offsets.count, by: taps) {
          let inside = offsets[start..<start + taps].filter { $0 >= 0 }
          y.append(f(inside.map { values[plane * size + $0] }, start / taps))
        }
      }
      return y
    }
  }

  private static func average(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let plan = try Plan(call)
    let withPads = try call.node.int("count_include_pad", default: 0) != 0
    let counts = withPads ? try paddedCounts(call, plan) : nil
    let y = try plan.map(call) { values, position in
      values.reduce(0, +) / Double(counts?[position] ?? values.count)
    }
    return NDArray(shape: plan.shape, type: plan.x.elementType!, reals: y)
  }

  /// Taps of every position that meet an element or a pad, but not what hangs over the end.
  private static func paddedCounts(_ call: NodeCall, _ plan: Plan) throws(OnnxError) -> [Int] {
    let attributes = try WindowAttributes(call, kernel: plan.window.kernel)
    let isExplicit = attributes.autoPad == .notSet
    var counts = [1]
    for (axis, size) in plan.window.extent.enumerated() {
      let end = size + attributes.before[axis] + attributes.after[axis]
      let along = (0..<plan.window.positions[axis]).map { p in
        (0..<attributes.kernel[axis]).count {
          !isExplicit || p * attributes.strides[axis] + $0 * attributes.dilations[axis] < end
        }
      }
      counts = counts.flatMap { before in along.map { before * $0 } }
    }
    return counts
  }

  private static func maximum(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let plan = try Plan(call)
    let type = plan.x.elementType
    guard !call.wants(output: 1) else { throw call.error("the output of indices is not supported") }
    guard plan.x.isFloating else { throw call.error(input: 0, "is \(plan.x.text), not floating") }
    let y = try plan.map(call) { values, _ in values.reduce(-.infinity, Arithmetic.larger) }
    return NDArray(shape: plan.shape, type: type!, reals: y)
  }

  /// f of all values of every channel.
  private static func global(
    _ call: NodeCall, _ f: (ArraySlice<Double>) -> Double
  ) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let values = try call.reals(0)
    guard x.rank >= 2 else { throw call.error(input: 0, "has \(x.rank) axes, not 2 or more") }
    let groups = try ReductionGroups(x, axes: Array(2..<x.rank), call)
    let y = groups.slices.map { f(values[$0]) }
    return NDArray(shape: groups.keptShape, type: x.elementType!, reals: y)
  }
}
