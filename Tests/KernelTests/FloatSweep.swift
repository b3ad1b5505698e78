/// Arguments for functions of one float.
enum FloatSweep {
  /// Every 1021st bit pattern of all 2^32 (every binade of both signs, subnormal numbers and NaN
  /// among them), the range where activations bend, and what lies around the special points.
  static let whole: [Float] = patterns(every: 1021) + bends(0.000_71) + special

  /// The same 64 times as coarse, but for the special points.
  static let coarse: [Float] = patterns(every: 65521) + bends(0.0071) + special

  private static func patterns(every step: Int) -> [Float] {
    stride(from: UInt32(0), to: .max - UInt32(step), by: step).map { Float(bitPattern: $0) }
  }

  private static func bends(_ step: Float) -> [Float] {
    Array(stride(from: Float(-30), to: 30, by: step))
  }

  /// 65 neighbours of each point: zero, one, where exponentials are cut off, underflow or overflow,
  /// the ends of the formats; infinities and quiet NaN of both signs.
  private static let special: [Float] = {
    let points: [Float] = [
      0, 1, 0.5, 2.5, 3, 20, 41.6, 60, 87.3, 88.37, 88.7, 89, 103.9, 104, 126, 127, 128, 0x1p-126,
      13.14, .greatestFiniteMagnitude, .infinity,
    ]
    let near = points.flatMap { point -> [Float] in
      let bits = point.bitPattern
      return ((bits < 32 ? 0 : bits - 32)...(bits + 32)).map { Float(bitPattern: $0) }
    }
    return near + near.map { -$0 } + [.nan, -.nan]
  }()
}
