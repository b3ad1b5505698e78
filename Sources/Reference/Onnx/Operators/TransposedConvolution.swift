import Onnx
import Tensors

/// ConvTranspose over any number of spatial axes.
enum TransposedConvolution {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "ConvTranspose", "X W B?",
      attributes: Convolution.attributes + " output_padding output_shape", convTranspose)
  ]

  /// Y[n, m, i stride + k dilation - pad] = B[m] + the sum of X[n, c, i] W[c, m, k] over c, i, k.
  private static func convTranspose(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let input = try ConvolutionInput(call)
    let group = input.attributes.group
    let (channels, own) = (input.x.shape[1], input.w.shape[1])
    guard input.w.shape[0] == channels, channels % group == 0 else {
      throw call.error(
        input: 1, "has shape \(input.w.shape), for \(channels) channels in \(group) groups")
    }
    let window = try window(call, input.attributes, input: Array(input.x.shape.dropFirst(2)))
    let count = own * group
    let shape = [input.x.shape[0], count] + window.extent
    try call.elements(of: shape)
    try call.spend(input.x.shape + [own] + window.kernel)
    let bias = try input.bias(call, count: count)
    let sizes = Sizes(
      batch: shape[0], channels: channels, own: own, group: group,
      extent: NDShape.count(window.extent)!, positions: NDShape.count(window.positions)!,
      taps: NDShape.count(window.kernel)!)
    let y = sums(input.xValues, input.wValues, bias, try window.offsets(call), sizes)
    return NDArray(shape: shape, type: input.x.elementType!, reals: y)
  }

  private struct Sizes {
    let batch, channels, own, group, extent, positions, taps: Int
  }

  private static func sums(
    _ x: [Double], _ w: [Double], _ bias: [Double], _ offsets: [Int], _ s: Sizes
  ) -> [Double] {
    let outputs = s.own * s.group
    var y = (0..<s.batch).flatMap { _ in
      bias.flatMap { [Double](repeating: $0, count: s.extent) }
    }
    for n in 0..<s.batch {
      for c in 0..<s.channels {
        let first = n * outputs + c / (s.channels / s.group) * s.own
        for m in 0..<s.own {
          let (row, weights) = ((first + m) * s.extent, (c * s.own + m) * s.taps)
          for p in 0..<s.positions {
            let value = x[(n * s.channels + c) * s.positions + p]
            for k in 0..<s.taps {
              let offset = offsets[p * s.taps + k]
              if offset >= 0 { y[row + offset] += value * w[weights + k] }
            }
          }
        }
      }
    }
    return y
  }

  /// The window stands at every input element and falls on the output's.
  private static func window(
    _ call: NodeCall, _ attributes: WindowAttributes, input: [Int]
  ) throws(OnnxError) -> SlidingWindow {
    let rank = input.count
    let added = try call.sizes("output_padding", count: rank, least: 0)
    let given = try call.sizes("output_shape", count: rank, least: 0)
    var (extent, pads): ([Int], [Int]) = ([], [])
    for axis in 0..<rank {
      let stride = attributes.strides[axis]
      let full = (input[axis] - 1) * stride + attributes.span(axis) + (added?[axis] ?? 0)
      let isSame = attributes.autoPad == .sameUpper || attributes.autoPad == .sameLower
      let wanted = given?[axis] ?? (isSame ? input[axis] * stride : nil)
      guard let wanted else {
        extent.append(full - attributes.before[axis] - attributes.after[axis])
        pads.append(attributes.before[axis])
        continue
      }
      // One more than there are, by an explicit shape, is one zero at the end. Beyond that engines
      // and the specification's own program disagree.
      let isUpper = attributes.autoPad == .sameUpper
      let cut = full - wanted
      guard cut >= 0 || (cut == -1 && given != nil && !isUpper) else {
        throw call.error("asks for \(wanted) along axis \(axis + 2), where there are \(full)")
      }
      extent.append(wanted)
      pads.append(isUpper ? cut / 2 : max(cut, 0) - max(cut, 0) / 2)
    }
    return SlidingWindow(
      positions: input, kernel: attributes.kernel, extent: extent, strides: attributes.strides,
      dilations: attributes.dilations, pads: pads)
  }
}
