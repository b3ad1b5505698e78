import Onnx
import Tensors

extension NDArray {
  /// The array of a tensor as a file or a caller has it.
  package init(_ tensor: OnnxTensor) {
    let shape = tensor.shape
    switch tensor.elements {
    case .f32, .f64, .f16, .bf16:
      self.init(
        shape: shape, type: tensor.elementType, trusted: .reals(tensor.elements.asDoubles()!))
    case .u64(let v):
      self.init(shape: shape, type: .u64, integers: v.map { Int64(bitPattern: $0) })
    case .strings(let v): self.init(shape: shape, strings: v)
    default:
      self.init(
        shape: shape, type: tensor.elementType, trusted: .integers(tensor.elements.asInt64s()!))
    }
  }

  /// The array as a tensor of its type; here f32 is rounded.
  package var tensor: OnnxTensor { OnnxTensor(shape: shape, elements: elements) }

  private var elements: OnnxElements {
    switch (values, elementType) {
    case (.strings(let v), _): .strings(v)
    case (.reals(let v), .f64): .f64(v)
    case (.reals(let v), .f16): .f16(v.map { Float($0).halfBits })
    case (.reals(let v), .bf16): .bf16(v.map { Float($0).bfloat16Bits })
    case (.reals(let v), _): .f32(v.map { Float($0) })
    case (.integers(let v), let type): Self.integerElements(v, type)
    }
  }

  private static func integerElements(_ v: [Int64], _ type: ElementType?) -> OnnxElements {
    switch type {
    case .i8: .i8(v.map { Int8(truncatingIfNeeded: $0) })
    case .u8: .u8(v.map { UInt8(truncatingIfNeeded: $0) })
    case .i16: .i16(v.map { Int16(truncatingIfNeeded: $0) })
    case .u16: .u16(v.map { UInt16(truncatingIfNeeded: $0) })
    case .i32: .i32(v.map { Int32(truncatingIfNeeded: $0) })
    case .u32: .u32(v.map { UInt32(truncatingIfNeeded: $0) })
    case .u64: .u64(v.map { UInt64(bitPattern: $0) })
    case .bool: .bool(v.map { $0 != 0 })
    default: .i64(v)
    }
  }
}
