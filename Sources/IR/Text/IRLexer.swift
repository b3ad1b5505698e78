import Diagnostics

/// One word of IR text.
struct IRToken {
  enum Kind: Equatable {
    case word(String)
    /// `%name`, without the sign.
    case value(IRName)
    /// `@name`, without the sign.
    case symbol(String)
    case string(String)
    /// A number as written: `12`, `-0.5`, `1e-05`, `-inf`.
    case number(String)
    /// `4x256x256`.
    case dimensions([String])
    /// One of `( ) { } [ ] < > , = : -> ..<`.
    case mark(String)
    case end
  }

  /// A value's name: a word, or a number when none was given.
  enum IRName: Hashable {
    case named(String)
    case numbered(String)
  }

  let kind: Kind
  let span: SourceSpan

  /// As in "expected ... but found 'x'".
  var found: String {
    switch kind {
    case .word(let text), .number(let text), .mark(let text): "'\(text)'"
    case .value(.named(let text)), .value(.numbered(let text)): "'%\(text)'"
    case .symbol(let text): "'@\(text)'"
    case .string: "a string"
    case .dimensions(let sizes): "'\(sizes.joined(separator: "x"))'"
    case .end: "the end of the text"
    }
  }
}

/// Cuts IR text into tokens, one at a time, so that memory stays bounded by the longest line.
struct IRLexer {
  let file: SourceFile
  private var line = 0
  private var characters: [Character]
  private var position = 0

  init(_ file: SourceFile) {
    self.file = file
    characters = file.lines.first.map(Array.init) ?? []
  }

  static func startsWord(_ c: Character) -> Bool { c.isASCII && (c.isLetter || c == "_") }
  static func continuesWord(_ c: Character) -> Bool { startsWord(c) || isDigit(c) || c == "." }
  static func isDigit(_ c: Character) -> Bool { c.isASCII && c.isNumber }

  mutating func next() throws(InputError) -> IRToken {
    skipBlanks()
    let start = position
    guard let c = peek() else { return token(.end, from: start) }
    switch c {
    case "%": return token(.value(try valueName()), from: start)
    case "@":
      position += 1
      return token(.symbol(try name()), from: start)
    case "\"": return token(.string(try string()), from: start)
    case _ where Self.startsWord(c): return token(.word(word()), from: start)
    case _ where Self.isDigit(c) || (c == "-" && peek(1) != ">"): return try number()
    default: return token(.mark(try mark()), from: start)
    }
  }

  private func peek(_ ahead: Int = 0) -> Character? {
    position + ahead < characters.count ? characters[position + ahead] : nil
  }

  private func token(_ kind: IRToken.Kind, from start: Int) -> IRToken {
    IRToken(kind: kind, span: span(from: start))
  }

  private func span(from start: Int) -> SourceSpan {
    SourceSpan(file: file, line: line + 1, column: start + 1, length: position - start)
  }

  private func fault(from start: Int, _ message: String, help: [String] = []) -> InputError {
    InputError(.malformed, .error(span(from: start), message, help: help))
  }

  /// Moves to the next token, over line ends and `//` comments.
  private mutating func skipBlanks() {
    while true {
      while let c = peek(), c.isWhitespace { position += 1 }
      if peek() != nil, !(peek() == "/" && peek(1) == "/") { return }
      guard line + 1 < file.lines.count else {
        position = characters.count
        return
      }
      line += 1
      characters = Array(file.lines[line])
      position = 0
    }
  }

  private mutating func valueName() throws(InputError) -> IRToken.IRName {
    position += 1
    if let c = peek(), Self.isDigit(c) { return .numbered(digits()) }
    return .named(try name())
  }

  private mutating func name() throws(InputError) -> String {
    guard let c = peek(), c == "\"" || Self.startsWord(c) else {
      throw fault(from: position - 1, "a name must follow this sign")
    }
    return c == "\"" ? try string() : word()
  }

  private mutating func word() -> String {
    let start = position
    while let c = peek() {
      guard Self.continuesWord(c) || (c == "-" && peek(1).map(Self.continuesWord) == true) else {
        break
      }
      position += 1
    }
    return String(characters[start..<position])
  }

  private mutating func string() throws(InputError) -> String {
    let start = position
    position += 1
    var text = ""
    while let c = peek() {
      position += 1
      if c == "\"" { return text }
      text.append(c == "\\" ? try escaped() : c)
    }
    throw fault(from: start, "this string does not end on its line")
  }

  private mutating func escaped() throws(InputError) -> Character {
    let start = position - 1
    let escapes: [Character: Character] = [
      "n": "\n", "t": "\t", "r": "\r", "\"": "\"", "\\": "\\",
    ]
    let c = peek()
    position += 1
    if let c, let meant = escapes[c] { return meant }
    if c == "u", let meant = codePoint() { return meant }
    throw fault(
      from: start, "unknown escape in a string",
      help: [#"use \", \\, \n, \t, \r or \u{hexadecimal}"#])
  }

  /// `{1F3B5}` after `\u`.
  private mutating func codePoint() -> Character? {
    guard let close = characters[position...].prefix(10).firstIndex(of: "}"), peek() == "{" else {
      return nil
    }
    let digits = String(characters[position + 1..<close])
    position = close + 1
    return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init).map(Character.init)
  }

  private mutating func digits() -> String {
    let start = position
    while let c = peek(), Self.isDigit(c) { position += 1 }
    return String(characters[start..<position])
  }

  private mutating func number() throws(InputError) -> IRToken {
    let start = position
    if peek() == "-" { position += 1 }
    if let c = peek(), Self.startsWord(c) {
      return token(.number("-" + word()), from: start)
    }
    guard !digits().isEmpty else {
      throw fault(from: start, "expected a number after '-'")
    }
    if let sizes = dimensions(from: start) { return token(.dimensions(sizes), from: start) }
    if peek() == ".", peek(1).map(Self.isDigit) == true {
      position += 1
      _ = digits()
    }
    exponent()
    return token(.number(String(characters[start..<position])), from: start)
  }

  private mutating func dimensions(from start: Int) -> [String]? {
    var sizes = [String(characters[start..<position])]
    while peek() == "x", peek(1).map(Self.isDigit) == true {
      position += 1
      sizes.append(digits())
    }
    return sizes.count > 1 ? sizes : nil
  }

  private mutating func exponent() {
    guard peek() == "e" else { return }
    let sign = peek(1) == "-" || peek(1) == "+" ? 1 : 0
    guard peek(1 + sign).map(Self.isDigit) == true else { return }
    position += 1 + sign
    _ = digits()
  }

  private mutating func mark() throws(InputError) -> String {
    let start = position
    for mark in ["->", "..<"] where characters[position...].starts(with: mark) {
      position += mark.count
      return mark
    }
    position += 1
    let c = characters[start]
    guard "(){}[]<>,=:".contains(c) else {
      throw fault(from: start, "unexpected character '\(c)'")
    }
    return String(c)
  }
}
