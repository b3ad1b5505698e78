/// Quoted words of YAML and JSON.
enum ScalarText {
  /// The text that a quoted word, quotes included, stands for.
  static func unquote(_ raw: ArraySlice<UInt8>) -> String {
    let inner = raw.dropFirst().dropLast()
    if raw.first == UInt8(ascii: "'") {
      return String(decoding: inner, as: UTF8.self).split(
        separator: "''", omittingEmptySubsequences: false
      ).joined(separator: "'")
    }
    guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
    return unescape(String(decoding: inner, as: UTF8.self).unicodeScalars)
  }

  private static func unescape(_ scalars: String.UnicodeScalarView) -> String {
    var text = String.UnicodeScalarView()
    var rest = scalars[...]
    while let next = rest.popFirst() {
      guard next == "\\", let escape = rest.popFirst() else {
        text.append(next)
        continue
      }
      switch escape {
      case "x": appendCode(2, from: &rest, to: &text)
      case "u": appendCodeUnit(from: &rest, to: &text)
      case "U": appendCode(8, from: &rest, to: &text)
      default: text.append(named[escape] ?? escape)
      }
    }
    return String(text)
  }

  /// Four digits; two halves of a character are one.
  private static func appendCodeUnit(
    from rest: inout Substring.UnicodeScalarView, to text: inout String.UnicodeScalarView
  ) {
    if let first = UInt16(String(rest.prefix(4)), radix: 16), UTF16.isLeadSurrogate(first),
      rest.dropFirst(4).starts(with: "\\u".unicodeScalars),
      let second = UInt16(String(rest.dropFirst(6).prefix(4)), radix: 16),
      UTF16.isTrailSurrogate(second)
    {
      rest = rest.dropFirst(10)
      text.append(contentsOf: String(decoding: [first, second], as: UTF16.self).unicodeScalars)
    } else {
      appendCode(4, from: &rest, to: &text)
    }
  }

  private static func appendCode(
    _ digits: Int, from rest: inout Substring.UnicodeScalarView,
    to text: inout String.UnicodeScalarView
  ) {
    let code = UInt32(String(rest.prefix(digits)), radix: 16)
    rest = rest.dropFirst(digits)
    text.append(code.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
  }

  private static let named: [Unicode.Scalar: Unicode.Scalar] = [
    "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "n": "\n", "v": "\u{B}", "f": "\u{C}",
    "r": "\r", "e": "\u{1B}", "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}", "P": "\u{2029}",
  ]
}
