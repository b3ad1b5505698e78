import Onnx

/// The attributes that convolutions and pools share, one number for each spatial axis.
struct WindowAttributes {
  enum AutoPad: String {
    case notSet = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  /// Explicit pads before and after; zeros where `autoPad` decides.
  let before: [Int]
  let after: [Int]
  let autoPad: AutoPad
  let group: Int

  /// `kernel` is the shape of the weights without their first two axes.
  init(_ call: NodeCall, kernel: [Int]) throws(OnnxError) {
    let rank = kernel.count
    self.kernel = kernel
    guard try call.node.ints("kernel_shape") ?? kernel == kernel, !kernel.contains(0) else {
      throw call.error("attribute 'kernel_shape' is not \(kernel), as the weights are")
    }
    strides = try call.sizes("strides", count: rank, least: 1) ?? Self.all(1, rank)
    dilations = try call.sizes("dilations", count: rank, least: 1) ?? Self.all(1, rank)
    let word = try call.node.string("auto_pad", default: "NOTSET")
    guard let autoPad = AutoPad(rawValue: word) else {
      throw call.error("attribute 'auto_pad' is \(onnxQuoted(word))")
    }
    self.autoPad = autoPad
    let pads = try call.sizes("pads", count: 2 * rank, least: 0) ?? Self.all(0, 2 * rank)
    let isExplicit = autoPad == .notSet
    before = isExplicit ? Array(pads[..<rank]) : Self.all(0, rank)
    after = isExplicit ? Array(pads[rank...]) : Self.all(0, rank)
    group = try call.node.int("group", default: 1)
    guard group > 0, group <= 1 << 31 else { throw call.error("attribute 'group' is \(group)") }
  }

  /// Elements that the taps of one position span.
  func span(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

  /// The window over an input whose spatial sizes are `extent`.
  ///
  /// With `ceil` a last position may hang over the end, if it still begins before it.
  func window(
    _ call: NodeCall, over extent: [Int], ceil: Bool = false
  ) throws(OnnxError) -> SlidingWindow {
    var (positions, pads): ([Int], [Int]) = ([], [])
    for axis in extent.indices {
      let (size, span, stride) = (extent[axis], span(axis), strides[axis])
      let isSame = autoPad == .sameUpper || autoPad == .sameLower
      let same = (size + stride - 1) / stride
      let missing = max((same - 1) * stride + span - size, 0)
      let upper = autoPad == .sameUpper ? missing / 2 : missing - missing / 2
      let room = size + before[axis] + after[axis] - span
      guard isSame || room >= 0 else {
        throw call.error("the window of \(span) is larger than axis \(axis + 2) of the input")
      }
      var count = (ceil ? room + stride - 1 : room) / stride + 1
      if ceil, (count - 1) * stride >= size + before[axis] { count -= 1 }
      positions.append(isSame ? same : count)
      pads.append(isSame ? upper : before[axis])
    }
    return SlidingWindow(
      positions: positions, kernel: kernel, extent: extent, strides: strides,
      dilations: dilations, pads: pads)
  }

  private static func all(_ value: Int, _ count: Int) -> [Int] {
    [Int](repeating: value, count: count)
  }
}

extension NodeCall {
  /// A list attribute of `count` numbers from `least` to 2^31, or nil where it is absent.
  func sizes(_ key: String, count: Int, least: Int) throws(OnnxError) -> [Int]? {
    guard let values = try node.ints(key) else { return nil }
    guard values.count == count, values.allSatisfy({ $0 >= least && $0 <= 1 << 31 }) else {
      throw error("attribute '\(key)' is \(values), not \(count) sizes from \(least)")
    }
    return values
  }
}
