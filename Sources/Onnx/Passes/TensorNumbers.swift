import Tensors

// Constants by their numbers: integers exactly, wrapped to their width; floats rounded once.

extension OnnxElements {
  /// Integers (or booleans) of a type, wrapped to its width; nil for floats and strings.
  static func wrapping(_ values: [Int64], to type: ElementType) -> OnnxElements? {
    switch type {
    case .i8: .i8(values.map { Int8(truncatingIfNeeded: $0) })
    case .u8: .u8(values.map { UInt8(truncatingIfNeeded: $0) })
    case .i16: .i16(values.map { Int16(truncatingIfNeeded: $0) })
    case .u16: .u16(values.map { UInt16(truncatingIfNeeded: $0) })
    case .i32: .i32(values.map { Int32(truncatingIfNeeded: $0) })
    case .u32: .u32(values.map { UInt32(truncatingIfNeeded: $0) })
    case .i64: .i64(values)
    case .u64: .u64(values.map { UInt64(truncatingIfNeeded: $0) })
    case .bool: .bool(values.map { $0 != 0 })
    case .f32, .f64, .f16, .bf16: nil
    }
  }

  /// Floats of a type, rounded to nearest; nil for other types. A sum, product or quotient of two
  /// `Float`s that was taken in `Double` is rounded as if it had been taken exactly.
  static func rounding(_ values: [Double], to type: ElementType) -> OnnxElements? {
    switch type {
    case .f32: .f32(values.map { Float($0) })
    case .f64: .f64(values)
    case .f16: .f16(values.map { Float($0).halfBits })
    case .bf16: .bf16(values.map { Float($0).bfloat16Bits })
    default: nil
    }
  }

  /// The same numbers as another type, by the rules of Cast; nil where a float does not fit an
  /// integer (the result would be undefined), and for strings.
  func cast(to type: ElementType) -> OnnxElements? {
    if let integers = asInt64s() {
      if type.isFloating { return .rounding(integers.map { Double($0) }, to: type) }
      return .wrapping(integers, to: type)
    }
    guard let doubles = asDoubles() else { return nil }
    if type.isFloating { return .rounding(doubles, to: type) }
    if type == .bool { return .bool(doubles.map { $0 != 0 }) }
    let whole = doubles.compactMap { Int64(exactly: $0.rounded(.towardZero)) }
    guard whole.count == doubles.count else { return nil }
    let result = OnnxElements.wrapping(whole, to: type)
    return result?.asInt64s() == whole ? result : nil
  }
}
