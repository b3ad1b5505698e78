import Diagnostics

/// A word in double quotes that holds `\ud83d\ude00`: JSON's way to write a character beyond
/// U+FFFF, which YAML writes as `\U0001F600`.
struct SurrogateWord {
  /// Where each pair begins.
  var pairs: [Int]
  /// Behind the closing quote.
  var end: Int
}

extension LexicalPrescan {
  /// Bytes of a pair: two escapes of six.
  static let pairLength = 12

  /// Looks at the escape at `at`: the start of a pair is noted, and half a pair is a finding.
  /// Moves over the pair.
  mutating func surrogateEscape(_ pairs: inout [Int]) {
    guard let unit = codeUnit(at), UTF16.isSurrogate(unit) else { return }
    if UTF16.isLeadSurrogate(unit), let second = codeUnit(at + 6), UTF16.isTrailSurrogate(second) {
      pairs.append(at)
      at += Self.pairLength - 2
    } else {
      report(
        "this escape is half of a character", to: at + 6,
        help: ["write the character itself, or both of its halves as in \\ud83d\\ude00"])
    }
  }

  /// The code of `\uXXXX` at `start`, or nil where there is no such escape.
  private func codeUnit(_ start: Int) -> UInt16? {
    let digits = start + 2..<start + 6
    guard digits.upperBound <= bytes.count, bytes[start] == UInt8(ascii: "\\"),
      bytes[start + 1] == UInt8(ascii: "u"), bytes[digits].allSatisfy({ $0.isHexDigit })
    else { return nil }
    return UInt16(String(decoding: bytes[digits], as: UTF8.self), radix: 16)
  }

  /// The text with every pair as YAML writes it. Blanks behind the closing quotes make up for the
  /// shorter escapes, so that everything else keeps its column. O(bytes).
  var textForYAML: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var done = 0
    for word in surrogates {
      for pair in word.pairs {
        text += bytes[done..<pair]
        text += Array("\\U".utf8) + scalarDigits(pair)
        done = pair + Self.pairLength
      }
      text += bytes[done..<word.end]
      text += [UInt8](repeating: .space, count: 2 * word.pairs.count)
      done = word.end
    }
    return text + bytes[done...]
  }

  /// Eight hexadecimal digits.
  private func scalarDigits(_ pair: Int) -> [UInt8] {
    let units = [codeUnit(pair), codeUnit(pair + 6)].compactMap { $0 }
    let scalar = String(decoding: units, as: UTF16.self).unicodeScalars.first?.value ?? 0xFFFD
    let digits = Array(String(scalar, radix: 16).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: 8 - digits.count) + digits
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
