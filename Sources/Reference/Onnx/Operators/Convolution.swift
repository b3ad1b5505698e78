import Onnx
import Tensors

/// Conv over any number of spatial axes.
enum Convolution {
  static let attributes = "auto_pad dilations group kernel_shape pads strides"
  static let rows: [OperatorRow] = [
    OperatorRow("Conv", "X W B?", attributes: attributes, conv)
  ]

  /// Y[n, m, p] = B[m] + sum over c, k of X[n, c, p stride + k dilation - pad] W[m, c, k], where c
  /// runs through the channels of m's group.
  private static func conv(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let input = try ConvolutionInput(call)
    let attributes = input.attributes
    let (channels, outputs) = (input.x.shape[1], input.w.shape[0])
    let own = input.w.shape[1]
    guard channels == own * attributes.group, outputs % attributes.group == 0 else {
      throw call.error(
        input: 1,
        "has shape \(input.w.shape), for \(channels) channels in "
          + "\(attributes.group) groups")
    }
    let window = try attributes.window(call, over: Array(input.x.shape.dropFirst(2)))
    let shape = [input.x.shape[0], outputs] + window.positions
    try call.elements(of: shape)
    try call.spend(shape + [own] + window.kernel)
    let offsets = try window.offsets(call)
    let bias = try input.bias(call, count: outputs)
    let sizes = Sizes(
      batch: shape[0], channels: channels, outputs: outputs, own: own, group: attributes.group,
      extent: NDShape.count(window.extent)!, positions: NDShape.count(window.positions)!,
      taps: NDShape.count(window.kernel)!)
    return NDArray(
      shape: shape, type: input.x.elementType!,
      reals: sums(input.xValues, input.wValues, bias, offsets, sizes))
  }

  private struct Sizes {
    let batch, channels, outputs, own, group, extent, positions, taps: Int
  }

  private static func sums(
    _ x: [Double], _ w: [Double], _ bias: [Double], _ offsets: [Int], _ s: Sizes
  ) -> [Double] {
    var y: [Double] = []
    y.reserveCapacity(s.batch * s.outputs * s.positions)
    for n in 0..<s.batch {
      for m in 0..<s.outputs {
        let first = n * s.channels + m / (s.outputs / s.group) * s.own
        for p in 0..<s.positions {
          var sum = bias[m]
          for c in 0..<s.own {
            let (xRow, wRow) = ((first + c) * s.extent, (m * s.own + c) * s.taps)
            for k in 0..<s.taps {
              let offset = offsets[p * s.taps + k]
              if offset >= 0 { sum += x[xRow + offset] * w[wRow + k] }
            }
          }
          y.append(sum)
        }
      }
    }
    return y
  }
}

/// The inputs X [N, C, ...], W [., ., ...] and B of a convolution, checked against each other.
struct ConvolutionInput {
  let x: NDArray
  let w: NDArray
  let xValues: [Double]
  let wValues: [Double]
  let attributes: WindowAttributes

  init(_ call: NodeCall) throws(OnnxError) {
    x = try call.tensor(0)
    w = try call.tensor(1)
    xValues = try call.reals(0)
    wValues = try call.reals(1)
    try call.requireSameType(
      call.inputs.count > 2 && call.inputs[2] != nil
        ? try call.tensors() : [x, w])
    guard x.rank >= 3 else { throw call.error(input: 0, "has \(x.rank) axes, not 3 or more") }
    guard w.rank == x.rank else {
      throw call.error(input: 1, "has \(w.rank) axes, not \(x.rank)")
    }
    attributes = try WindowAttributes(call, kernel: Array(w.shape.dropFirst(2)))
  }

  /// B, or zeros.
  func bias(_ call: NodeCall, count: Int) throws(OnnxError) -> [Double] {
    guard let b = try call.optionalTensor(2) else {
      return [Double](repeating: 0, count: count)
    }
    try call.require(2, b, shape: [count])
    return b.doubles!
  }
}
