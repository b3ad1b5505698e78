import DataFiles

/// A JSON value, as its text on one line; objects keep the order of their keys.
struct JSON {
  let text: String

  private init(_ text: String) { self.text = text }

  /// A value that belongs to a file of its own too.
  init(_ value: JSONText) { text = value.line }

  static let null = JSON("null")
  static func bool(_ value: Bool) -> JSON { JSON(value ? "true" : "false") }
  static func integer(_ value: some BinaryInteger) -> JSON { JSON(String(value)) }

  /// Swift's shortest form that reads back as the same number, whole numbers without ".0". What JSON
  /// cannot say (NaN, infinities) becomes null.
  static func number(_ value: Double) -> JSON {
    guard value.isFinite else { return .null }
    let text = "\(value)"
    return JSON(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  /// As `number`, with the digits that a `Float` has.
  static func number(_ value: Float) -> JSON {
    guard value.isFinite else { return .null }
    let text = "\(value)"
    return JSON(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  static func string(_ value: String) -> JSON {
    var text = "\""
    for scalar in value.unicodeScalars {
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
    return JSON(text + "\"")
  }

  static func array(_ values: [JSON]) -> JSON {
    JSON("[" + values.map(\.text).joined(separator: ",") + "]")
  }

  static func object(_ members: [(key: String, value: JSON)]) -> JSON {
    let texts = members.map { string($0.key).text + ":" + $0.value.text }
    return JSON("{" + texts.joined(separator: ",") + "}")
  }

  static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    object(members.map { ($0.key, $0.value) })
  }

  static func numbers(_ values: some Sequence<Double>) -> JSON { array(values.map { number($0) }) }
  static func strings(_ values: some Sequence<String>) -> JSON { array(values.map(string)) }
  static func integers(_ values: some Sequence<Int>) -> JSON { array(values.map { integer($0) }) }

  /// nil becomes null.
  static func optional(_ value: Double?) -> JSON { value.map { number($0) } ?? .null }
  static func optional(_ value: Int?) -> JSON { value.map { integer($0) } ?? .null }
  static func optional(_ value: String?) -> JSON { value.map(string) ?? .null }
}
