extension Float {
  /// The value of an IEEE 754 binary16, exactly.
  package init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:  // zero or subnormal: fraction * 2^-24, which a Float holds as a normal number
      let magnitude = Float(fraction) * 0x1p-24
      self = Float(bitPattern: sign | magnitude.bitPattern)
    case 31:  // infinity or NaN, payload kept
      self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
      self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest binary16, ties to even; NaN stays NaN, magnitudes from 65520 on become infinity.
  package var halfBits: UInt16 {
    let bits = bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 {
      return sign | 0x7E00 | UInt16(truncatingIfNeeded: magnitude >> 13) & 0x1FF
    }
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {  // below 2^-14: adding 0.5 leaves fraction * 2^-24, rounded
      let rounded = (Float(bitPattern: magnitude) + 0.5).bitPattern - (0.5 as Float).bitPattern
      return sign | UInt16(truncatingIfNeeded: rounded)
    }
    let odd = (magnitude >> 13) & 1
    return sign | UInt16(truncatingIfNeeded: (magnitude - (112 << 23) + 0xFFF + odd) >> 13)
  }

  /// The value of a bfloat16, exactly.
  package init(bfloat16Bits bits: UInt16) {
    self = Float(bitPattern: UInt32(bits) << 16)
  }

  /// The nearest bfloat16, ties to even; NaN stays NaN.
  package var bfloat16Bits: UInt16 {
    let bits = bitPattern
    if isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    let odd = (bits >> 16) & 1
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + odd) >> 16)
  }
}
