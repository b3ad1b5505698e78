import Tensors

/// The tensor's values as little-endian bytes of `type` (default: its own), back to back. O(n).
///
/// Integers must fit `type`; narrower floats are rounded to nearest, ties to even.
func encodeElements(_ tensor: Tensor, as type: ElementType? = nil) -> [UInt8] {
  switch type ?? tensor.elementType {
  case .f32: packed(tensor.floats) { $0.bitPattern }
  case .f16: packed(tensor.floats) { $0.halfBits }
  case .bf16: packed(tensor.floats) { $0.bfloat16Bits }
  case .f64: packed(doubles(tensor)) { $0.bitPattern }
  case .i8: packed(integers(tensor)) { Int8($0) }
  case .u8: packed(integers(tensor)) { UInt8($0) }
  case .i16: packed(integers(tensor)) { Int16($0) }
  case .u16: packed(integers(tensor)) { UInt16($0) }
  case .i32: packed(integers(tensor)) { Int32($0) }
  case .u32: packed(integers(tensor)) { UInt32($0) }
  case .i64: packed(integers(tensor)) { $0 }
  case .u64: packed(integers(tensor)) { UInt64($0) }
  case .bool: packed(integers(tensor)) { $0 == 0 ? 0 : 1 as UInt8 }
  }
}

extension FixedWidthInteger {
  /// Little-endian bytes.
  var bytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

private func doubles(_ tensor: Tensor) -> [Double] {
  switch tensor.values {
  case .doubles(let v): v
  case .floats(let v): v.map { Double($0) }
  case .integers(let v): v.map { Double($0) }
  }
}

private func integers(_ tensor: Tensor) -> [Int64] {
  guard let values = tensor.integers else {
    preconditionFailure("a tensor of \(tensor.elementType) must hold integers")
  }
  return values
}

@inline(__always)
private func packed<V, T: FixedWidthInteger>(_ values: [V], _ convert: (V) -> T) -> [UInt8] {
  let width = MemoryLayout<T>.size
  return [UInt8](unsafeUninitializedCapacity: values.count * width) { out, initialized in
    let raw = UnsafeMutableRawBufferPointer(out)
    for (i, value) in values.enumerated() {
      raw.storeBytes(of: convert(value).littleEndian, toByteOffset: i * width, as: T.self)
    }
    initialized = values.count * width
  }
}
