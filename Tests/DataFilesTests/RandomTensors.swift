import Tensors

/// A tensor of random values that its element type can hold exactly.
func randomTensor(
  _ type: ElementType, shape: [Int], _ random: inout SeededRandom
) -> Tensor {
  let count = shape.reduce(1, *)
  let values: Tensor.Values =
    switch type {
    case .f32: .floats((0..<count).map { _ in random.uniform(1e3) })
    case .f16: .floats((0..<count).map { _ in Float(halfBits: random.uniform(1e3).halfBits) })
    case .bf16:
      .floats((0..<count).map { _ in Float(bfloat16Bits: random.uniform(1e3).bfloat16Bits) })
    case .f64: .doubles((0..<count).map { _ in Double.random(in: -1...1, using: &random) })
    default:
      .integers((0..<count).map { _ in Int64.random(in: type.exactRange, using: &random) })
    }
  return Tensor(shape: shape, elementType: type, values: values)
}

/// A shape of up to four axes, some of them 0 or 1.
func randomShape(_ random: inout SeededRandom) -> [Int] {
  (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...5, using: &random) }
}

extension ElementType {
  /// The integers of this type that also fit `Int64`.
  var exactRange: ClosedRange<Int64> {
    switch self {
    case .i8: -128...127
    case .u8: 0...255
    case .i16: -32768...32767
    case .u16: 0...65535
    case .i32: Int64(Int32.min)...Int64(Int32.max)
    case .u32: 0...Int64(UInt32.max)
    case .u64: 0...Int64.max
    case .bool: 0...1
    default: Int64.min...Int64.max
    }
  }
}
