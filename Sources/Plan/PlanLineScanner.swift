import Tensors

/// Takes words, numbers and strings from one line of a plan's text; spaces between them do not count.
/// It sees Unicode scalars: as a `Character`, a quote could merge with a letter beside it.
struct PlanLineScanner {
  let line: Int
  private var rest: Substring.UnicodeScalarView

  init(line: Int, text: Substring.UnicodeScalarView) {
    self.line = line
    rest = text
    skipSpaces()
  }

  var isAtEnd: Bool { rest.isEmpty }

  func error(_ reason: String) -> PlanTextError { PlanTextError(line: line, reason: reason) }

  private var ahead: String { String(rest.prefix(20)) }

  private mutating func skipSpaces() { rest = rest.drop { $0 == " " } }

  /// Whether `token` comes next; if so it is taken. A token of letters is a whole word.
  mutating func take(_ token: String) -> Bool {
    guard rest.starts(with: token.unicodeScalars) else { return false }
    let after = rest.dropFirst(token.unicodeScalars.count)
    if token.first!.isLetter, let next = after.first, Self.isWord(next) { return false }
    rest = after
    skipSpaces()
    return true
  }

  mutating func expect(_ token: String) throws(PlanTextError) {
    guard take(token) else { throw error("expected '\(token)' at '\(ahead)'") }
  }

  func expectEnd() throws(PlanTextError) {
    guard isAtEnd else { throw error("unexpected '\(ahead)'") }
  }

  mutating func word() throws(PlanTextError) -> String {
    let word = rest.prefix(while: Self.isWord)
    guard !word.isEmpty else { throw error("expected a word at '\(ahead)'") }
    rest = rest.dropFirst(word.count)
    skipSpaces()
    return String(word)
  }

  mutating func integer<N: FixedWidthInteger>() throws(PlanTextError) -> N {
    let digits = rest.prefix { $0 == "-" || ("0"..."9").contains($0) }
    guard let value = N(String(digits)) else { throw error("expected a number at '\(ahead)'") }
    rest = rest.dropFirst(digits.count)
    skipSpaces()
    return value
  }

  mutating func double() throws(PlanTextError) -> Double {
    let digits = rest.prefix { $0 != " " }
    guard let value = Double(String(digits)) else { throw error("expected a number at '\(ahead)'") }
    rest = rest.dropFirst(digits.count)
    skipSpaces()
    return value
  }

  mutating func element() throws(PlanTextError) -> ElementType {
    let word = try word()
    guard let element = ElementType(rawValue: word) else {
      throw error("'\(word)' is not an element type")
    }
    return element
  }

  mutating func string() throws(PlanTextError) -> String {
    guard rest.first == "\"" else { throw error("expected a string at '\(ahead)'") }
    let content = rest.dropFirst().prefix { $0 != "\"" }
    guard content.endIndex < rest.endIndex else { throw error("a string without end") }
    rest = rest[content.endIndex...].dropFirst()
    skipSpaces()
    return try unescaped(content)
  }

  /// What stands after `//`, or nothing.
  mutating func comment() throws(PlanTextError) -> String {
    guard rest.starts(with: "// ".unicodeScalars) else { return "" }
    defer { rest = rest.suffix(0) }
    return try unescaped(rest.dropFirst(3))
  }

  /// Skips `name=`.
  mutating func skipName() {
    let word = rest.prefix(while: Self.isWord)
    let after = rest[word.endIndex...]
    if !word.isEmpty, after.first == "=" { rest = after.dropFirst() }
  }

  private func unescaped(_ text: Substring.UnicodeScalarView) throws(PlanTextError) -> String {
    var result = ""
    var rest = text
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let hex = rest.prefix { $0 != "}" }
      guard hex.starts(with: "u{".unicodeScalars), hex.endIndex < rest.endIndex,
        let value = UInt32(String(hex.dropFirst(2)), radix: 16),
        let character = Unicode.Scalar(value)
      else { throw error("a wrong escape in '\(String(text.prefix(20)))'") }
      result.unicodeScalars.append(character)
      rest = rest[hex.endIndex...].dropFirst()
    }
    return result
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
  }
}
