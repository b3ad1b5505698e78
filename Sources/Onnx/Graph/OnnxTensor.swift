import Tensors

/// An n-d array with the element type of the file: row-major, `elements.count` = product of shape.
package struct OnnxTensor: Sendable, Equatable {
  package var shape: [Int]
  package var elements: OnnxElements

  package init(shape: [Int], elements: OnnxElements) {
    precondition(elements.count == shape.reduce(1, *), "a tensor's elements must fill its shape")
    self.shape = shape
    self.elements = elements
  }

  package var count: Int { elements.count }
  package var elementType: OnnxElementType { elements.elementType }

  /// The type with this shape.
  package var type: OnnxType { .tensor(elementType, shape.map { .known($0) }) }

  package static func scalar(_ value: Int64) -> OnnxTensor {
    OnnxTensor(shape: [], elements: .i64([value]))
  }

  package static func vector(_ values: [Int64]) -> OnnxTensor {
    OnnxTensor(shape: [values.count], elements: .i64(values))
  }
}

/// The elements of a tensor, one case for each type a file may hold.
package enum OnnxElements: Sendable, Equatable {
  case f32([Float])
  case f64([Double])
  /// IEEE binary16 as bits (`Float(halfBits:)`).
  case f16([UInt16])
  /// bfloat16 as bits (`Float(bfloat16Bits:)`).
  case bf16([UInt16])
  case i8([Int8])
  case u8([UInt8])
  case i16([Int16])
  case u16([UInt16])
  case i32([Int32])
  case u32([UInt32])
  case i64([Int64])
  case u64([UInt64])
  case bool([Bool])
  case strings([String])

  package var count: Int {
    switch self {
    case .f32(let v): v.count
    case .f64(let v): v.count
    case .f16(let v), .bf16(let v), .u16(let v): v.count
    case .i8(let v): v.count
    case .u8(let v): v.count
    case .i16(let v): v.count
    case .i32(let v): v.count
    case .u32(let v): v.count
    case .i64(let v): v.count
    case .u64(let v): v.count
    case .bool(let v): v.count
    case .strings(let v): v.count
    }
  }

  package var elementType: OnnxElementType {
    switch self {
    case .f32: .number(.f32)
    case .f64: .number(.f64)
    case .f16: .number(.f16)
    case .bf16: .number(.bf16)
    case .i8: .number(.i8)
    case .u8: .number(.u8)
    case .i16: .number(.i16)
    case .u16: .number(.u16)
    case .i32: .number(.i32)
    case .u32: .number(.u32)
    case .i64: .number(.i64)
    case .u64: .number(.u64)
    case .bool: .number(.bool)
    case .strings: .string
    }
  }

  /// Every number as a `Double` (false is 0, true is 1), or nil for strings. O(count).
  package func asDoubles() -> [Double]? {
    switch self {
    case .f32(let v): v.map { Double($0) }
    case .f64(let v): v
    case .f16(let v): v.map { Double(Float(halfBits: $0)) }
    case .bf16(let v): v.map { Double(Float(bfloat16Bits: $0)) }
    case .i8(let v): v.map { Double($0) }
    case .u8(let v): v.map { Double($0) }
    case .i16(let v): v.map { Double($0) }
    case .u16(let v): v.map { Double($0) }
    case .i32(let v): v.map { Double($0) }
    case .u32(let v): v.map { Double($0) }
    case .i64(let v): v.map { Double($0) }
    case .u64(let v): v.map { Double($0) }
    case .bool(let v): v.map { $0 ? 1 : 0 }
    case .strings: nil
    }
  }

  /// The numbers of an integer or boolean type; nil for others, and where a u64 does not fit.
  package func asInt64s() -> [Int64]? {
    switch self {
    case .f32, .f64, .f16, .bf16, .strings: nil
    case .i8(let v): v.map { Int64($0) }
    case .u8(let v): v.map { Int64($0) }
    case .i16(let v): v.map { Int64($0) }
    case .u16(let v): v.map { Int64($0) }
    case .i32(let v): v.map { Int64($0) }
    case .u32(let v): v.map { Int64($0) }
    case .i64(let v): v
    case .u64(let v): v.allSatisfy { $0 <= UInt64(Int64.max) } ? v.map { Int64($0) } : nil
    case .bool(let v): v.map { $0 ? 1 : 0 }
    }
  }
}
