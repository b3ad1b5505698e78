import Tensors

/// The value fields of a tensor message that have a type of their own; small integers, booleans
/// and half floats share `int32_data`, u32 and u64 share `uint64_data`.
struct TypedData {
  private let proto: ProtoTensor

  init(_ proto: ProtoTensor) { self.proto = proto }

  /// Values in all these fields together.
  var count: Int {
    proto.floatData.count + proto.int32Data.count + proto.int64Data.count
      + proto.doubleData.count + proto.uint64Data.count + proto.stringData.count
  }

  func elements(
    _ type: ElementType, _ count: Int, at place: OnnxError.Place
  ) throws(OnnxError) -> OnnxElements {
    guard self.count == fieldCount(type) else {
      throw OnnxError(at: place, "is \(type.rawValue), and has values of another type")
    }
    guard self.count == count else {
      throw OnnxError(at: place, "has \(self.count) values, and its shape needs \(count)")
    }
    switch type {
    case .f32: return .f32(proto.floatData)
    case .f64: return .f64(proto.doubleData)
    case .i64: return .i64(proto.int64Data)
    case .u64: return .u64(proto.uint64Data)
    case .i32: return .i32(proto.int32Data)
    case .u32: return .u32(try narrow(proto.uint64Data, type, place))
    case .f16: return .f16(try narrow(proto.int32Data, type, place))
    case .bf16: return .bf16(try narrow(proto.int32Data, type, place))
    case .i8: return .i8(try narrow(proto.int32Data, type, place))
    case .u8: return .u8(try narrow(proto.int32Data, type, place))
    case .i16: return .i16(try narrow(proto.int32Data, type, place))
    case .u16: return .u16(try narrow(proto.int32Data, type, place))
    case .bool:
      guard proto.int32Data.allSatisfy({ $0 == 0 || $0 == 1 }) else {
        throw OnnxError(at: place, "holds booleans other than 0 and 1")
      }
      return .bool(proto.int32Data.map { $0 == 1 })
    }
  }

  /// Values in the field that belongs to `type`.
  private func fieldCount(_ type: ElementType) -> Int {
    switch type {
    case .f32: proto.floatData.count
    case .f64: proto.doubleData.count
    case .i64: proto.int64Data.count
    case .u64, .u32: proto.uint64Data.count
    case .i32, .f16, .bf16, .i8, .u8, .i16, .u16, .bool: proto.int32Data.count
    }
  }

  private func narrow<S: BinaryInteger, T: FixedWidthInteger>(
    _ values: [S], _ type: ElementType, _ place: OnnxError.Place
  ) throws(OnnxError) -> [T] {
    var result: [T] = []
    result.reserveCapacity(values.count)
    for value in values {
      guard let narrow = T(exactly: value) else {
        throw OnnxError(at: place, "holds \(value), which is no \(type.rawValue)")
      }
      result.append(narrow)
    }
    return result
  }
}
