import Glibc

/// A JSON value whose objects keep the order of their keys.
enum JSON {
  case null
  case bool(Bool)
  case integer(Int)
  /// Numbers that JSON cannot say (NaN, infinities) are written as null.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  static func object(_ pairs: KeyValuePairs<String, JSON>) -> JSON {
    .object(pairs.map { ($0.key, $0.value) })
  }

  static func numbers(_ values: some Sequence<Double>) -> JSON { .array(values.map(JSON.number)) }
  static func strings(_ values: some Sequence<String>) -> JSON { .array(values.map(JSON.string)) }
  static func integers(_ values: some Sequence<Int>) -> JSON { .array(values.map(JSON.integer)) }

  /// nil becomes null.
  static func optional(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
  static func optional(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }
  static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }

  /// On one line.
  var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? Self.shortest(value) : "null"
    case .string(let value): Self.quote(value, to: &text)
    case .array(let values):
      text += "["
      for (i, value) in values.enumerated() {
        if i > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let pairs):
      text += "{"
      for (i, pair) in pairs.enumerated() {
        if i > 0 { text += "," }
        Self.quote(pair.key, to: &text)
        text += ":"
        pair.value.write(to: &text)
      }
      text += "}"
    }
  }

  /// Swift's shortest form that reads back as the same number, whole numbers without ".0".
  private static func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
