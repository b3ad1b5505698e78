import Diagnostics

/// Walks a text file line by line; blank lines may only stand at the end.
struct CsvLines {
  private let file: FileBytes
  private var offset: Int
  private var number = 0

  init(_ file: FileBytes) {
    self.file = file
    offset = file.has([0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next line, or nil at the end.
  mutating func next() throws(InputError) -> CsvLine? {
    guard let line = try read() else { return nil }
    guard line.isBlank else { return line }
    while let later = try read() {
      guard later.isBlank else { throw line.misplaced }
    }
    return nil
  }

  private mutating func read() throws(InputError) -> CsvLine? {
    guard offset < file.count else { return nil }
    number += 1
    let limit = min(file.count, offset + DataLimits.lineBytes)
    var end = file.withBytes(offset..<limit) { offset + ($0.firstIndex(of: 10) ?? $0.count) }
    guard end < limit || limit == file.count else {
      throw .malformed(file.name, "line \(number) is longer than \(DataLimits.lineBytes) bytes")
    }
    let start = offset
    offset = end + 1
    if end > start && file[end - 1] == 13 { end -= 1 }
    guard let text = file.text(start..<end) else {
      throw .malformed(file.name, "line \(number) is not UTF-8")
    }
    return CsvLine(text: text, number: number, name: file.name)
  }
}

/// One line with its place.
struct CsvLine {
  let text: String
  let number: Int
  let name: String

  struct Cell {
    var text: String
    /// Characters from the line's start, from 0, and their number.
    var start: Int
    var length: Int
  }

  var isBlank: Bool { text.allSatisfy { $0 == " " || $0 == "\t" } }

  /// The error of a blank line that others follow.
  var misplaced: InputError {
    let span = SourceSpan(file: source, line: number, column: 1)
    return InputError(.malformed, .error(span, "a blank line between rows"))
  }

  var source: SourceFile { SourceFile(name: name, excerpt: [text], firstLine: number) }

  func span(_ cell: Cell) -> SourceSpan {
    SourceSpan(file: source, line: number, column: cell.start + 1, length: cell.length)
  }

  /// The cells without quotes and the spaces around them.
  func cells() throws(InputError) -> [Cell] {
    guard text.utf8.contains(UInt8(ascii: "\"")) else { return plainCells() }
    var cells: [Cell] = []
    var scanner = CsvQuotes(text)
    repeat {
      guard let cell = scanner.cell() else {
        let place = Cell(text: "", start: scanner.position, length: 1)
        throw InputError(.malformed, .error(span(place), "a quoted cell is not closed by '\"'"))
      }
      cells.append(cell)
    } while scanner.takeComma()
    return cells
  }

  private func plainCells() -> [Cell] {
    var cells: [Cell] = []
    var start = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let before = part.prefix { $0 == " " || $0 == "\t" }.count
      var trimmed = part.dropFirst(before)
      while let last = trimmed.last, last == " " || last == "\t" { trimmed.removeLast() }
      cells.append(Cell(text: String(trimmed), start: start + before, length: trimmed.count))
      start += part.count + 1
    }
    return cells
  }
}
