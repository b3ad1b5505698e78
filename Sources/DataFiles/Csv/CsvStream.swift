import Diagnostics
import Tensors

/// Reads rows of CSV from a stream as they arrive; the same text as `Csv`, row by row.
///
/// `next` waits for one whole line and then hands over all that are there. The descriptor stays
/// open and belongs to the caller.
package struct CsvStream {
  private let descriptor: Int32
  private let name: String
  private var table: CsvTable
  private var pending: [UInt8] = []
  /// Where in `pending` the next line begins.
  private var start = 0
  private var lineNumber = 0
  private var isAtEnd = false
  /// The first blank line, after which nothing but blank lines may come.
  private var blank: CsvLine?

  package init(descriptor: Int32, name: String, as type: ElementType = .f32) {
    self.descriptor = descriptor
    self.name = name
    table = CsvTable(type)
  }

  /// The next 1 to `maxRows` rows as `[rows, columns]`; no rows at the end of the stream.
  package mutating func next(maxRows: Int) throws(InputError) -> Tensor {
    precondition(maxRows > 0)
    while table.pendingRows < maxRows {
      if let line = try takeLine() {
        try add(line)
      } else if table.pendingRows > 0 || isAtEnd {
        break
      } else {
        try fill()
      }
    }
    if isAtEnd && table.rows == 0 {
      throw .malformed(name, lineNumber == 0 ? "the stream is empty" : "the stream has no rows")
    }
    return table.takeRows()
  }

  private mutating func add(_ line: CsvLine) throws(InputError) {
    if line.isBlank {
      blank = blank ?? line
    } else if let blank {
      throw blank.misplaced
    } else {
      try table.add(line)
    }
  }

  private mutating func fill() throws(InputError) {
    pending.removeFirst(start)
    start = 0
    guard pending.count <= DataLimits.lineBytes else {
      throw .malformed(
        name, "line \(lineNumber + 1) is longer than \(DataLimits.lineBytes) bytes")
    }
    let more = try readSome(descriptor, limit: 1 << 16, name: name)
    isAtEnd = more.isEmpty
    pending += more
    guard lineNumber == 0, let kind = FileKind.recognise(FileBytes(name: name, copying: pending))
    else { return }
    throw .malformed(name, "this is \(kind.article), not CSV")
  }

  /// A line that has come whole, without its end; at the end of the stream, the rest.
  private mutating func takeLine() throws(InputError) -> CsvLine? {
    let end = pending[start...].firstIndex(of: 10)
    guard let end = end ?? (isAtEnd && start < pending.count ? pending.count : nil) else {
      return nil
    }
    var bytes = pending[start..<end]
    start = min(end + 1, pending.count)
    lineNumber += 1
    if lineNumber == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    if bytes.last == 13 { bytes = bytes.dropLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(name, "line \(lineNumber) is not UTF-8")
    }
    return CsvLine(text: text, number: lineNumber, name: name)
  }
}
