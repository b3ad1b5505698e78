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
