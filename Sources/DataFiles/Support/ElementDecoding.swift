import Tensors

package enum ByteOrder: Sendable { case little, big }

/// Bytes to values: `bytes` holds elements of `type`, back to back.
///
/// Returns nil when a u64 does not fit Int64. Any non-zero byte of a `bool` is true. O(n).
func decodeElements(
  _ bytes: UnsafeRawBufferPointer, as type: ElementType, order: ByteOrder = .little
) -> Tensor.Values? {
  switch type {
  case .f32:
    .floats(mapElements(bytes, order, UInt32.self) { Float(bitPattern: $0) })
  case .f16:
    .floats(mapElements(bytes, order, UInt16.self) { Float(halfBits: $0) })
  case .bf16:
    .floats(mapElements(bytes, order, UInt16.self) { Float(bfloat16Bits: $0) })
  case .f64:
    .doubles(mapElements(bytes, order, UInt64.self) { Double(bitPattern: $0) })
  case .i8: .integers(mapElements(bytes, order, Int8.self) { Int64($0) })
  case .u8: .integers(mapElements(bytes, order, UInt8.self) { Int64($0) })
  case .i16: .integers(mapElements(bytes, order, Int16.self) { Int64($0) })
  case .u16: .integers(mapElements(bytes, order, UInt16.self) { Int64($0) })
  case .i32: .integers(mapElements(bytes, order, Int32.self) { Int64($0) })
  case .u32: .integers(mapElements(bytes, order, UInt32.self) { Int64($0) })
  case .i64: .integers(mapElements(bytes, order, Int64.self) { $0 })
  case .bool: .integers(mapElements(bytes, order, UInt8.self) { $0 == 0 ? 0 : 1 })
  case .u64: decodeUnsigned64(bytes, order)
  }
}

private func decodeUnsigned64(_ bytes: UnsafeRawBufferPointer, _ order: ByteOrder) -> Tensor.Values?
{
  let values = mapElements(bytes, order, UInt64.self) { Int64(bitPattern: $0) }
  return values.contains { $0 < 0 } ? nil : .integers(values)
}

@inline(__always)
private func mapElements<T: FixedWidthInteger, R>(
  _ bytes: UnsafeRawBufferPointer, _ order: ByteOrder, _: T.Type, _ convert: (T) -> R
) -> [R] {
  let width = MemoryLayout<T>.size
  let count = bytes.count / width
  return Array(unsafeUninitializedCapacity: count) { out, initialized in
    for i in 0..<count {
      let raw = bytes.loadUnaligned(fromByteOffset: i * width, as: T.self)
      let value = order == .little ? T(littleEndian: raw) : T(bigEndian: raw)
      (out.baseAddress! + i).initialize(to: convert(value))
    }
    initialized = count
  }
}
