import Onnx

/// Where the taps of a convolution's window fall, over any number of spatial axes.
///
/// Position p of the window and tap k meet element p x stride + k x dilation - pad of each axis.
struct SlidingWindow {
  /// Sizes of the window's positions, its taps and the elements it slides over.
  let positions: [Int]
  let kernel: [Int]
  let extent: [Int]
  let strides: [Int]
  let dilations: [Int]
  /// Before the first element of each axis.
  let pads: [Int]

  /// For position p and tap k at [p * taps + k] the element's offset, -1 outside. The product of
  /// all sizes must be within the limits.
  func offsets(_ call: NodeCall) throws(OnnxError) -> [Int] {
    try call.elements(of: positions + kernel)
    var table = [0]
    var taps = 1
    for axis in extent.indices {
      let (sites, width, size) = (positions[axis], kernel[axis], extent[axis])
      var next: [Int] = []
      for start in stride(from: 0, to: table.count, by: taps) {
        for p in 0..<sites {
          for before in table[start..<start + taps] {
            for k in 0..<width {
              let i = p * strides[axis] + k * dilations[axis] - pads[axis]
              next.append(before < 0 || i < 0 || i >= size ? -1 : before * size + i)
            }
          }
        }
      }
      table = next
      taps *= width
    }
    return table
  }
}

/// The attributes that Conv and ConvTranspose share, one number for each spatial axis.
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
