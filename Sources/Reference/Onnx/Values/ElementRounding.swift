import Tensors

extension ElementType {
  /// The values as an array of this floating type holds them; see `NDArray`.
  func rounding(_ values: [Double]) -> [Double] {
    switch self {
    case .f32: values.map(overflowingAsFloat)
    case .f16: values.map { rounded($0, fractionBits: 10, leastExponent: -14, top: 65504) }
    case .bf16:
      values.map { rounded($0, fractionBits: 7, leastExponent: -126, top: 0x1.FEp127) }
    default: values
    }
  }

  /// The values modulo the width of this integer type; bool: 0 or 1.
  func wrapping(_ values: [Int64]) -> [Int64] {
    switch self {
    case .i8: values.map { Int64(Int8(truncatingIfNeeded: $0)) }
    case .u8: values.map { Int64(UInt8(truncatingIfNeeded: $0)) }
    case .i16: values.map { Int64(Int16(truncatingIfNeeded: $0)) }
    case .u16: values.map { Int64(UInt16(truncatingIfNeeded: $0)) }
    case .i32: values.map { Int64(Int32(truncatingIfNeeded: $0)) }
    case .u32: values.map { Int64(UInt32(truncatingIfNeeded: $0)) }
    case .bool: values.map { $0 == 0 ? 0 : 1 }
    default: values
    }
  }

  /// The least and largest value of an integer type, u64 as bits.
  var integerRange: (low: Int64, high: Int64) {
    switch self {
    case .i8: (-0x80, 0x7F)
    case .u8: (0, 0xFF)
    case .i16: (-0x8000, 0x7FFF)
    case .u16: (0, 0xFFFF)
    case .i32: (Int64(Int32.min), Int64(Int32.max))
    case .u32: (0, Int64(UInt32.max))
    case .u64: (0, -1)
    case .bool: (0, 1)
    default: (.min, .max)
    }
  }
}

/// Beyond half an ulp above the largest `Float` is infinity, as it is in f32.
private func overflowingAsFloat(_ x: Double) -> Double {
  abs(x) < 0x1.FFFFFFp127 || x.isNaN ? x : x < 0 ? -.infinity : .infinity
}

/// The nearest number of a narrow format, ties to even, rounded once from `Double`.
private func rounded(
  _ x: Double, fractionBits: Int, leastExponent: Int, top: Double
) -> Double {
  guard x.isFinite, x != 0 else { return x }
  let exponent = max(Int(x.exponent), leastExponent)
  let quantum = Double(sign: .plus, exponent: exponent - fractionBits, significand: 1)
  let nearest = (x / quantum).rounded(.toNearestOrEven) * quantum
  return abs(nearest) <= top ? nearest : nearest < 0 ? -.infinity : .infinity
}
