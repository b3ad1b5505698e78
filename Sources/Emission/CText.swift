/// Spelling of C: identifiers, literals, comments.
package enum CText {
  /// `name` with every character that an identifier cannot have as `_`; `model` where none is left.
  package static func identifier(_ name: String) -> String {
    let mapped = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let text = String(mapped)
    guard let first = text.first, text.contains(where: { $0 != "_" }) else { return "model" }
    if first.isNumber { return "_" + text }
    return kernelPrefixes.contains(text) ? text + "_model" : text
  }

  /// Before the first `_` in names of the kernels' text: `v_load` would be a model's `load`, too.
  private static let kernelPrefixes = ["ck", "i", "v"]

  /// Text that cannot end the comment it stands in, nor start another line.
  static func comment(_ text: String) -> String {
    text.replacing("*/", with: "* /").replacing("/*", with: "/ *").map {
      $0.isNewline ? " " : String($0)
    }.joined()
  }

  static func string(_ text: String) -> String {
    let escaped = text.utf8.map { byte -> String in
      switch byte {
      case UInt8(ascii: "\""): "\\\""
      case UInt8(ascii: "\\"): "\\\\"
      case 0x20...0x7e: String(UnicodeScalar(byte))
      default: "\\" + octal(byte)
      }
    }
    return "\"\(escaped.joined())\""
  }

  private static func octal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 8)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// A float literal of exactly this value; infinities and NaN by the compilers' builtins.
  static func float(_ value: Float) -> String {
    if value.isNaN { return "__builtin_nanf(\"\")" }
    if value.isInfinite { return value < 0 ? "-__builtin_inff()" : "__builtin_inff()" }
    // Swift prints the shortest decimal that reads back as the same float.
    let digits = "\(value)"
    return (digits.contains(".") || digits.contains("e") ? digits : digits + ".0") + "f"
  }

  /// `items` separated by commas, broken into lines of at most 96 characters.
  static func wrapped(_ items: [String], indent: String) -> String {
    var lines: [String] = []
    var line = indent
    for item in items {
      if line.count + item.count + 2 > 96 && line != indent {
        lines.append(line)
        line = indent
      }
      line += (line == indent ? "" : " ") + item + ","
    }
    if line != indent { lines.append(line) }
    return lines.joined(separator: "\n")
  }
}
