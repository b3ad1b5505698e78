import Tensors

/// The format's numbers for element types.
enum ElementCode {
  private static let types: [Int32: OnnxElementType] = [
    1: .number(.f32), 2: .number(.u8), 3: .number(.i8), 4: .number(.u16), 5: .number(.i16),
    6: .number(.i32), 7: .number(.i64), 8: .string, 9: .number(.bool), 10: .number(.f16),
    11: .number(.f64), 12: .number(.u32), 13: .number(.u64), 16: .number(.bf16),
  ]

  private static let unread: [Int32: String] = [
    14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2",
    20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1", 24: "float8e8m0",
    25: "uint2", 26: "int2",
  ]

  /// The type with this number (as `to` of Cast has it, too).
  static func type(_ code: Int32, at place: OnnxError.Place) throws(OnnxError) -> OnnxElementType {
    if let type = types[code] { return type }
    if code == 0 { throw OnnxError(at: place, "has no element type") }
    let name = unread[code].map { "\(code) (\($0))" } ?? "\(code)"
    let known = types.sorted { $0.key < $1.key }.map(\.value.text).joined(separator: ", ")
    throw OnnxError(
      at: place, "has element type \(name), which is not read", help: ["read are \(known)"])
  }

  static func code(of type: OnnxElementType) -> Int32 {
    types.first { $0.value == type }?.key ?? 0
  }
}

extension OnnxElementType {
  /// The type that the format numbers so (`to` of Cast, `dtype` of EyeLike).
  package static func numbered(
    _ code: Int, at place: OnnxError.Place
  ) throws(OnnxError) -> OnnxElementType {
    try ElementCode.type(Int32(truncatingIfNeeded: code), at: place)
  }

  /// The format's number of this type.
  package var number: Int { Int(ElementCode.code(of: self)) }
}
