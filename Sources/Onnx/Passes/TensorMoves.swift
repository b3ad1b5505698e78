// Constants by index lists: whatever moves elements is one list of source positions.

extension OnnxTensor {
  /// Element i of the result is element `positions[i]` of this one.
  func selecting(_ positions: [Int], shape: [Int]) -> OnnxTensor {
    OnnxTensor(shape: shape, elements: elements.selecting(positions))
  }

  /// The same elements, in order, under another shape of the same size.
  func reshaped(_ shape: [Int]) -> OnnxTensor { OnnxTensor(shape: shape, elements: elements) }

  /// Entry `index` of the leading axis, without that axis.
  package func entry(_ index: Int) -> OnnxTensor {
    let inner = Array(shape.dropFirst())
    let width = inner.reduce(1, *)
    return selecting(Array(index * width..<(index + 1) * width), shape: inner)
  }

  /// Tensors of one shape and type as entries of a new leading axis; nil where they differ, or where
  /// there is none.
  package static func stacked(_ parts: [OnnxTensor]) -> OnnxTensor? {
    guard let first = parts.first, parts.allSatisfy({ $0.shape == first.shape }) else { return nil }
    let elements = OnnxElements.joined(parts.map(\.elements)[...])
    return elements.map { OnnxTensor(shape: [parts.count] + first.shape, elements: $0) }
  }

  /// Steps between neighbours along each axis, in elements.
  var strides: [Int] { Self.strides(of: shape) }

  static func strides(of shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }
}

/// Source positions of every element of `shape`, row-major, where one step along axis `a` moves
/// `strides[a]` from `start`.
func positions(shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
  // A zero behind large sizes leaves nothing, and must not cost their product.
  if shape.contains(0) { return [] }
  var result = [start]
  for (size, stride) in zip(shape, strides) {
    var next: [Int] = []
    next.reserveCapacity(result.count * size)
    for base in result { for i in 0..<size { next.append(base + i * stride) } }
    result = next
  }
  return result
}

extension OnnxElements {
  func selecting(_ positions: [Int]) -> OnnxElements {
    switch self {
    case .f32(let v): .f32(positions.map { v[$0] })
    case .f64(let v): .f64(positions.map { v[$0] })
    case .f16(let v): .f16(positions.map { v[$0] })
    case .bf16(let v): .bf16(positions.map { v[$0] })
    case .i8(let v): .i8(positions.map { v[$0] })
    case .u8(let v): .u8(positions.map { v[$0] })
    case .i16(let v): .i16(positions.map { v[$0] })
    case .u16(let v): .u16(positions.map { v[$0] })
    case .i32(let v): .i32(positions.map { v[$0] })
    case .u32(let v): .u32(positions.map { v[$0] })
    case .i64(let v): .i64(positions.map { v[$0] })
    case .u64(let v): .u64(positions.map { v[$0] })
    case .bool(let v): .bool(positions.map { v[$0] })
    case .strings(let v): .strings(positions.map { v[$0] })
    }
  }

  /// All of them one after the other; nil where types differ. Halves, so that long lists are not
  /// copied once for each of their parts.
  static func joined(_ parts: ArraySlice<OnnxElements>) -> OnnxElements? {
    if parts.count == 1 { return parts.first }
    let middle = parts.startIndex + parts.count / 2
    guard let first = joined(parts[..<middle]), let second = joined(parts[middle...]) else {
      return nil
    }
    return first.appending(second)
  }

  /// These elements and then those; nil where the types differ.
  func appending(_ other: OnnxElements) -> OnnxElements? {
    switch (self, other) {
    case (.f32(let a), .f32(let b)): .f32(a + b)
    case (.f64(let a), .f64(let b)): .f64(a + b)
    case (.f16(let a), .f16(let b)): .f16(a + b)
    case (.bf16(let a), .bf16(let b)): .bf16(a + b)
    case (.i8(let a), .i8(let b)): .i8(a + b)
    case (.u8(let a), .u8(let b)): .u8(a + b)
    case (.i16(let a), .i16(let b)): .i16(a + b)
    case (.u16(let a), .u16(let b)): .u16(a + b)
    case (.i32(let a), .i32(let b)): .i32(a + b)
    case (.u32(let a), .u32(let b)): .u32(a + b)
    case (.i64(let a), .i64(let b)): .i64(a + b)
    case (.u64(let a), .u64(let b)): .u64(a + b)
    case (.bool(let a), .bool(let b)): .bool(a + b)
    case (.strings(let a), .strings(let b)): .strings(a + b)
    default: nil
    }
  }
}
