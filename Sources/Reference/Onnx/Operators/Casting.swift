import Foundation
import Onnx
import Tensors

/// Cast and CastLike.
///
/// Floating to integer drops the fraction; integers wrap to a narrower type; whatever is not zero
/// is true. What the specification leaves open (a floating value that no 64-bit integer holds) is
/// an error.
enum Casting {
  static let rows: [OperatorRow] = [
    OperatorRow("Cast", "input", attributes: "to saturate>=19 round_mode>=24", cast),
    OperatorRow(
      "CastLike", since: 15, "input target_type", attributes: "saturate>=19 round_mode>=24",
      castLike),
  ]

  private static func cast(_ call: NodeCall) throws(OnnxError) -> NDArray {
    guard let code = try call.node.optionalInt("to") else {
      throw call.error("attribute 'to' is missing")
    }
    guard let type = types[code] else { throw call.error("the type with code \(code) is unknown") }
    return try convert(try call.tensor(0), to: type, call)
  }

  private static func castLike(_ call: NodeCall) throws(OnnxError) -> NDArray {
    try convert(try call.tensor(0), to: try call.tensor(1).type, call)
  }

  /// TensorProto.DataType.
  private static let types: [Int: OnnxElementType] = [
    1: .number(.f32), 2: .number(.u8), 3: .number(.i8), 4: .number(.u16), 5: .number(.i16),
    6: .number(.i32), 7: .number(.i64), 8: .string, 9: .number(.bool), 10: .number(.f16),
    11: .number(.f64), 12: .number(.u32), 13: .number(.u64), 16: .number(.bf16),
  ]

  static func convert(
    _ x: NDArray, to type: OnnxElementType, _ call: NodeCall
  ) throws(OnnxError) -> NDArray {
    if x.type == type { return x }
    try call.spend([x.count])
    guard case .number(let number) = type else {
      return NDArray(shape: x.shape, strings: try texts(x, call))
    }
    if number.isFloating {
      return NDArray(shape: x.shape, type: number, reals: try reals(x, call))
    }
    return NDArray(shape: x.shape, type: number, integers: try integers(x, number, call))
  }

  private static func reals(_ x: NDArray, _ call: NodeCall) throws(OnnxError) -> [Double] {
    guard case .strings(let texts) = x.values else { return x.storedDoubles! }
    var result: [Double] = []
    for text in texts {
      guard let value = Double(text.trimmingCharacters(in: .whitespaces)) else {
        throw call.error(input: 0, "\(onnxQuoted(text)) is not a number")
      }
      result.append(value)
    }
    return result
  }

  private static func integers(
    _ x: NDArray, _ type: ElementType, _ call: NodeCall
  ) throws(OnnxError) -> [Int64] {
    if case .integers(let values) = x.values { return values }
    var result: [Int64] = []
    for value in try reals(x, call) {
      if type == .bool {
        result.append(value == 0 ? 0 : 1)
      } else if let whole = Int64(exactly: value.rounded(.towardZero)) {
        result.append(whole)
      } else if type == .u64, let whole = UInt64(exactly: value.rounded(.towardZero)) {
        result.append(Int64(bitPattern: whole))
      } else {
        throw call.error(input: 0, "\(value) has no value of type \(type.rawValue)")
      }
    }
    return result
  }

  private static func texts(_ x: NDArray, _ call: NodeCall) throws(OnnxError) -> [String] {
    switch x.values {
    case .strings(let texts): return texts
    case .integers(let v) where x.isBool: return v.map { $0 == 0 ? "False" : "True" }
    case .integers(let v) where x.elementType == .u64:
      return v.map { String(UInt64(bitPattern: $0)) }
    case .integers(let v): return v.map { String($0) }
    case .reals(let v) where x.elementType == .f64: return v.map(text)
    case .reals(let v): return v.map { text(Float($0)) }
    }
  }

  /// Plain or scientific notation with as many digits as name the number, as NumPy writes it.
  private static func text<F: BinaryFloatingPoint & LosslessStringConvertible>(_ x: F) -> String {
    if x.isNaN { return "NaN" }
    if x.isInfinite { return x < 0 ? "-INF" : "INF" }
    return x.description
  }
}
