import Diagnostics

/// A strict scanner for JSON: a whole file, or a binary file's header.
///
/// It is driven by what the caller expects, so depth is bounded by the caller's own nesting, and
/// it keeps no tree: memory stays near what the caller stores. Keys must not repeat, strings must
/// be UTF-8.
struct JsonScanner {
  private let file: FileBytes
  private var offset: Int
  private let end: Int
  /// What the range is, for messages: `header` or `file`.
  private let part: String

  init(_ file: FileBytes, range: Range<Int>, part: String = "header") {
    self.file = file
    self.part = part
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Reads `{...}`; `member` must read each value.
  mutating func object(
    _ member: (inout JsonScanner, String) throws(InputError) -> Void
  ) throws(InputError) {
    try expect("{", "an object")
    var keys: Set<String> = []
    if take("}") { return }
    repeat {
      let start = offset
      let key = try string(limit: DataLimits.nameBytes)
      guard keys.insert(key).inserted else { throw fail("duplicate key \(quoted(key))", at: start) }
      try expect(":", "':'")
      try member(&self, key)
    } while take(",")
    try expect("}", "',' or '}'")
  }

  /// Reads `[...]`; `element` must read each value.
  mutating func array(
    _ element: (inout JsonScanner) throws(InputError) -> Void
  ) throws(InputError) {
    try expect("[", "an array")
    if take("]") { return }
    repeat { try element(&self) } while take(",")
    try expect("]", "',' or ']'")
  }

  mutating func nonNegativeInteger() throws(InputError) -> Int {
    skipSpace()
    let start = offset
    var value = 0
    while let byte = peek(), isDigit(byte) {
      guard let next = multiplied(value, 10).flatMap({ added($0, Int(byte) - 48) }) else {
        throw fail("a number overflows 63 bits", at: start)
      }
      value = next
      offset += 1
    }
    let digits = offset - start
    guard digits > 0 else { throw fail(notAnInteger(peek()), at: start) }
    guard digits == 1 || file[start] != UInt8(ascii: "0") else {
      throw fail("a number starts with 0", at: start)
    }
    if let next = peek(), ".eE".utf8.contains(next) {
      throw fail("a number is not a plain integer", at: start)
    }
    return value
  }

  /// Requires that only spaces remain.
  mutating func finish() throws(InputError) {
    skipSpace()
    if offset < end { throw fail("bytes after the JSON value") }
  }

  func fail(_ message: String, at position: Int? = nil) -> InputError {
    .malformed(file.name, "\(part), byte \(position ?? offset): \(message)")
  }

  private func notAnInteger(_ byte: UInt8?) -> String {
    byte == UInt8(ascii: "-")
      ? "a negative number where a size is expected"
      : "expected a non-negative integer, found \(described(byte))"
  }
}

extension JsonScanner {
  /// Reads a string of at most `limit` bytes.
  mutating func string(limit: Int) throws(InputError) -> String {
    try expect("\"", "a string")
    let start = offset
    var bytes: [UInt8] = []
    while true {
      takePlain(into: &bytes, limit: limit)
      guard bytes.count <= limit else {
        throw fail("a string is longer than \(limit) bytes", at: start)
      }
      guard let byte = peek() else { throw fail("a string does not end", at: start) }
      if byte < 0x20 { throw fail("a control character in a string") }
      offset += 1
      if byte == UInt8(ascii: "\"") { break }
      try escape(into: &bytes)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fail("a string is not UTF-8", at: start)
    }
    return text
  }

  /// Takes bytes up to a quote, an escape or a control character, and little more than `limit`.
  private mutating func takePlain(into bytes: inout [UInt8], limit: Int) {
    let last = min(end, offset + limit + 1)
    file.withBytes(offset..<last) { rest in
      let plain = rest.prefix { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
      bytes.append(contentsOf: plain)
      offset += plain.count
    }
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(InputError) {
    let start = offset - 1
    let letter = peek()
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter!)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "t"): bytes.append(9)
    case UInt8(ascii: "u"): bytes += try unicodeEscape(start).utf8
    default: throw fail("an unknown escape in a string", at: start)
    }
  }

  /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair.
  private mutating func unicodeEscape(_ start: Int) throws(InputError) -> Unicode.Scalar {
    var code = try fourHexDigits()
    if (0xD800..<0xDC00).contains(code) {
      guard file.has("\\u".utf8, at: offset), offset + 6 <= end else {
        throw fail("half a surrogate pair in a string", at: start)
      }
      offset += 2
      let low = try fourHexDigits()
      guard (0xDC00..<0xE000).contains(low) else {
        throw fail("half a surrogate pair in a string", at: start)
      }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw fail("half a surrogate pair in a string", at: start)
    }
    return scalar
  }

  private mutating func fourHexDigits() throws(InputError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fail("\\u needs four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }
}

extension JsonScanner {
  /// Any value, to a depth of `depth` below this one.
  mutating func value(depth: Int) throws(InputError) -> JSONText {
    skipSpace()
    guard depth >= 0 else { throw fail("lists and objects are nested too deeply") }
    switch peek() {
    case UInt8(ascii: "{"):
      var pairs: [(String, JSONText)] = []
      try object { (scanner: inout JsonScanner, key: String) throws(InputError) in
        pairs.append((key, try scanner.value(depth: depth - 1)))
      }
      return .object(pairs)
    case UInt8(ascii: "["):
      var items: [JSONText] = []
      try array { (scanner: inout JsonScanner) throws(InputError) in
        items.append(try scanner.value(depth: depth - 1))
      }
      return .array(items)
    case UInt8(ascii: "\""): return .string(try string(limit: DataLimits.nameBytes))
    case .some(let byte) where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
    default: return try word()
    }
  }

  private mutating func word() throws(InputError) -> JSONText {
    let words: [(String, JSONText)] = [
      ("null", .null), ("true", .flag(true)), ("false", .flag(false)),
    ]
    for (word, value) in words where offset + word.utf8.count <= end {
      if file.has(word.utf8, at: offset) {
        offset += word.utf8.count
        return value
      }
    }
    throw fail("expected a value, found \(described(peek()))")
  }

  /// `-?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?`, with a fraction or an exponent a `Double`.
  private mutating func number() throws(InputError) -> JSONText {
    let start = offset
    take { $0 == UInt8(ascii: "-") }
    let first = offset
    let digits = takeDigits()
    var isValid = digits == 1 || digits > 1 && file[first] != UInt8(ascii: "0")
    var isWhole = true
    if take({ $0 == UInt8(ascii: ".") }) {
      isWhole = false
      isValid = takeDigits() > 0 && isValid
    }
    if take({ $0 | 0x20 == UInt8(ascii: "e") }) {
      isWhole = false
      take { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
      isValid = takeDigits() > 0 && isValid
    }
    let text = file.text(start..<offset) ?? ""
    if isValid, isWhole, let value = Int(text) { return .integer(value) }
    guard isValid, let value = Double(text), value.isFinite else {
      throw fail("\(quoted(text)) is not a number", at: start)
    }
    return .number(value)
  }

  private mutating func takeDigits() -> Int {
    let start = offset
    while take(isDigit) {}
    return offset - start
  }

  @discardableResult
  private mutating func take(_ isWanted: (UInt8) -> Bool) -> Bool {
    guard let byte = peek(), isWanted(byte) else { return false }
    offset += 1
    return true
  }
}

extension JsonScanner {
  private func peek() -> UInt8? { offset < end ? file[offset] : nil }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      offset += 1
    }
  }

  private mutating func take(_ symbol: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek() == UInt8(ascii: symbol) else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ symbol: Unicode.Scalar, _ name: String) throws(InputError) {
    if !take(symbol) { throw fail("expected \(name), found \(described(peek()))") }
  }

  private func described(_ byte: UInt8?) -> String {
    guard let byte else { return "the end of the \(part)" }
    switch byte {
    case UInt8(ascii: "{"): return "an object"
    case UInt8(ascii: "["): return "an array"
    case UInt8(ascii: "\""): return "a string"
    case 0x21..<0x7F: return "'\(Character(Unicode.Scalar(byte)))'"
    default: return "byte 0x" + String(byte, radix: 16)
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
