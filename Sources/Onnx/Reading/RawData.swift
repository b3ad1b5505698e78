import Tensors

/// Little-endian bytes, as many as a shape needs, to elements.
enum RawData {
  static func elements(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, at place: OnnxError.Place
  ) throws(OnnxError) -> OnnxElements {
    switch type {
    case .f32: return .f32(integers(bytes).map { Float(bitPattern: $0) })
    case .f64: return .f64(integers(bytes).map { Double(bitPattern: $0) })
    case .f16: return .f16(integers(bytes))
    case .bf16: return .bf16(integers(bytes))
    case .i8: return .i8(integers(bytes))
    case .u8: return .u8(integers(bytes))
    case .i16: return .i16(integers(bytes))
    case .u16: return .u16(integers(bytes))
    case .i32: return .i32(integers(bytes))
    case .u32: return .u32(integers(bytes))
    case .i64: return .i64(integers(bytes))
    case .u64: return .u64(integers(bytes))
    case .bool:
      guard bytes.allSatisfy({ $0 <= 1 }) else {
        throw OnnxError(at: place, "holds booleans other than 0 and 1")
      }
      return .bool(bytes.map { $0 == 1 })
    }
  }

  private static func integers<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer) -> [T] {
    let width = MemoryLayout<T>.size
    return [T](unsafeUninitializedCapacity: bytes.count / width) { out, count in
      for i in 0..<bytes.count / width {
        out[i] = T(littleEndian: bytes.loadUnaligned(fromByteOffset: i * width, as: T.self))
      }
      count = bytes.count / width
    }
  }
}
