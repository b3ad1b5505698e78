/// Cuts a line that holds double quotes into cells, as RFC 4180 says: `"a, ""b"""` is `a, "b"`.
struct CsvQuotes {
  private let characters: [Character]
  /// Characters read so far.
  private(set) var position = 0

  init(_ text: String) { characters = Array(text) }

  /// The next cell; nil when a quoted one does not end, or ends before its comma.
  mutating func cell() -> CsvLine.Cell? {
    skipSpace()
    let start = position
    if peek() == "\"" { return quotedCell(start) }
    while let character = peek(), character != "," {
      position += character == "\"" ? characters.count : 1  // a quote inside a plain cell
    }
    guard position <= characters.count else {
      position = start
      return nil
    }
    var end = position
    while end > start, Self.isSpace(characters[end - 1]) { end -= 1 }
    return .init(text: String(characters[start..<end]), start: start, length: end - start)
  }

  mutating func takeComma() -> Bool {
    guard peek() == "," else { return false }
    position += 1
    return true
  }

  private mutating func quotedCell(_ start: Int) -> CsvLine.Cell? {
    var text = ""
    position += 1
    while let character = peek() {
      position += 1
      guard character == "\"" else {
        text.append(character)
        continue
      }
      if peek() == "\"" {
        text.append("\"")
        position += 1
        continue
      }
      let length = position - start
      skipSpace()
      guard peek() == nil || peek() == "," else { return nil }
      return .init(text: text, start: start, length: length)
    }
    position = start
    return nil
  }

  private func peek() -> Character? { position < characters.count ? characters[position] : nil }

  private mutating func skipSpace() {
    while let character = peek(), Self.isSpace(character) { position += 1 }
  }

  private static func isSpace(_ character: Character) -> Bool {
    character == " " || character == "\t"
  }
}
