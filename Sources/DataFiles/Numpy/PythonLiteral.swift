import Diagnostics

/// Reads the one Python dictionary that an npy header is; nothing more of Python.
struct PythonLiteral {
  struct Fields {
    var descr = ""
    var isFortran = false
    var shape: [Int] = []
  }

  private let name: String
  private let text: [UInt8]
  private var offset = 0

  init(_ text: String, name: String) {
    self.text = Array(text.utf8)
    self.name = name
  }

  /// `{'descr': ..., 'fortran_order': ..., 'shape': ...}` in any order, each exactly once.
  mutating func header() throws(InputError) -> Fields {
    var fields = Fields()
    var seen: Set<String> = []
    try expect("{")
    while !take("}") {
      let key = try string()
      guard seen.insert(key).inserted else { throw fail("duplicate key \(quoted(key))") }
      try expect(":")
      switch key {
      case "descr": fields.descr = try descr()
      case "fortran_order": fields.isFortran = try boolean()
      case "shape": fields.shape = try shape()
      default: throw fail("unknown key \(quoted(key))")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard offset == text.count else { throw fail("text after the dictionary") }
    for key in ["descr", "fortran_order", "shape"] where !seen.contains(key) {
      throw fail("no '\(key)'")
    }
    return fields
  }

  private mutating func descr() throws(InputError) -> String {
    skipSpace()
    guard peek() != UInt8(ascii: "[") else {
      throw .malformed(
        name, "a structured dtype is not supported", help: ["save each field as its own array"])
    }
    return try string()
  }

  private mutating func shape() throws(InputError) -> [Int] {
    var sizes: [Int] = []
    var lastHadComma = true
    try expect("(")
    while !take(")") {
      guard lastHadComma else { throw fail("expected ',' or ')' in the shape") }
      guard sizes.count <= DataLimits.rank else { throw fail("the shape has too many axes") }
      sizes.append(try size())
      lastHadComma = take(",")
    }
    return sizes
  }

  private mutating func size() throws(InputError) -> Int {
    skipSpace()
    guard peek() != UInt8(ascii: "-") else { throw fail("a negative size in the shape") }
    var value: Int?
    while let byte = peek(), (48...57).contains(byte) {
      guard let next = multiplied(value ?? 0, 10).flatMap({ added($0, Int(byte) - 48) }) else {
        throw fail("a size in the shape overflows 63 bits")
      }
      value = next
      offset += 1
    }
    guard let value else { throw fail("expected a size in the shape") }
    if peek() == UInt8(ascii: "L") { offset += 1 }  // Python 2 wrote long integers so
    return value
  }

  private mutating func boolean() throws(InputError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[offset...].starts(with: word.utf8) {
      offset += word.utf8.count
      return value
    }
    throw fail("expected True or False")
  }

  private mutating func string() throws(InputError) -> String {
    skipSpace()
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw fail("expected a string")
    }
    offset += 1
    let start = offset
    while let byte = peek(), byte != quote {
      guard byte != UInt8(ascii: "\\") else { throw fail("an escape in a string") }
      offset += 1
    }
    guard offset < text.count else { throw fail("a string does not end") }
    offset += 1
    return String(decoding: text[start..<offset - 1], as: UTF8.self)
  }

  private func fail(_ message: String) -> InputError {
    .malformed(name, "npy header, character \(offset + 1): \(message)")
  }

  private func peek() -> UInt8? { offset < text.count ? text[offset] : nil }

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

  private mutating func expect(_ symbol: Unicode.Scalar) throws(InputError) {
    if !take(symbol) { throw fail("expected '\(symbol)'") }
  }
}
