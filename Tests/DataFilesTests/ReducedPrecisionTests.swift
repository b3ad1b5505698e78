import Tensors
import Testing

struct ReducedPrecisionTests {
  @Test func everyHalfSurvives() {
    for bits in UInt16.min...UInt16.max {
      let value = Float(halfBits: bits)
      let isNaN = bits & 0x7C00 == 0x7C00 && bits & 0x3FF != 0
      #expect(value.isNaN == isNaN)
      if !isNaN && value.halfBits != bits { Issue.record("half \(bits) became \(value.halfBits)") }
    }
  }

  @Test func everyBfloat16Survives() {
    for bits in UInt16.min...UInt16.max {
      let value = Float(bfloat16Bits: bits)
      if !value.isNaN && value.bfloat16Bits != bits { Issue.record("bfloat16 \(bits)") }
      if value.isNaN { #expect(Float(bfloat16Bits: value.bfloat16Bits).isNaN) }
    }
  }

  /// Between two neighbouring halves: below the middle rounds down, above it up, the middle to even.
  @Test func halfRoundsToNearestEven() {
    for bits in UInt16(0)..<0x7C00 {
      let low = Double(Float(halfBits: bits))
      let high = bits == 0x7BFF ? 65536 : Double(Float(halfBits: bits + 1))
      let middle = Float((low + high) / 2)
      let even = bits.isMultiple(of: 2) ? bits : bits + 1
      let found = [middle.nextDown.halfBits, middle.halfBits, middle.nextUp.halfBits]
      if found != [bits, even, bits + 1] { Issue.record("around \(middle): \(found)") }
      if (-middle).halfBits != even | 0x8000 { Issue.record("around \(-middle)") }
    }
  }

  @Test func bfloat16RoundsToNearestEven() {
    for bits in UInt16(0)..<0x7F80 {
      let middle = Float(bitPattern: UInt32(bits) << 16 | 0x8000)
      let even = bits.isMultiple(of: 2) ? bits : bits + 1
      let found = [middle.nextDown.bfloat16Bits, middle.bfloat16Bits, middle.nextUp.bfloat16Bits]
      if found != [bits, even, bits + 1] { Issue.record("around \(middle): \(found)") }
    }
  }

  @Test func specialValues() {
    #expect(Float(halfBits: 0x3C00) == 1 && Float(halfBits: 0xC000) == -2)
    #expect(Float(halfBits: 0x7BFF) == 65504 && Float(halfBits: 1) == 0x1p-24)
    #expect(Float.infinity.halfBits == 0x7C00 && (-Float.infinity).halfBits == 0xFC00)
    #expect((1e10 as Float).halfBits == 0x7C00 && (1e-10 as Float).halfBits == 0)
    #expect(Float(halfBits: Float.nan.halfBits).isNaN)
    #expect((-0.0 as Float).halfBits == 0x8000 && (-0.0 as Float).bfloat16Bits == 0x8000)
    #expect(Float.infinity.bfloat16Bits == 0x7F80)
    #expect(Float.greatestFiniteMagnitude.bfloat16Bits == 0x7F80)
    #expect(Float(bfloat16Bits: 0x3F80) == 1)
  }
}
