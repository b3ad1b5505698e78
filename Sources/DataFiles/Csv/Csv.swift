import Diagnostics
import Tensors

/// A table of numbers: one row per step, comma-separated, with or without a header.
///
/// The first row is a header when none of its cells is a number. Cells may stand in double quotes
/// and be surrounded by spaces. Lines end with LF or CR LF.
package struct Csv: Sendable, Equatable {
  /// Column names, if the file had them.
  package var header: [String]?
  /// `[rows, columns]`.
  package var values: Tensor

  package init(header: [String]? = nil, values: Tensor) {
    precondition(values.shape.count == 2)
    self.header = header
    self.values = values
  }

  /// Reads a table as f32, f64 or i64 numbers, each rounded once from its decimal text.
  package init(path: String, as type: ElementType = .f32) throws(InputError) {
    try self.init(FileBytes(path: path), as: type)
  }

  package init(_ file: FileBytes, as type: ElementType = .f32) throws(InputError) {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    if let kind = FileKind.recognise(file) {
      throw .malformed(file.name, "this is \(kind.article), not CSV")
    }
    var lines = CsvLines(file)
    var table = CsvTable(type)
    while let line = try lines.next() { try table.add(line) }
    guard let columns = table.columns, table.rows > 0 else {
      let what = table.header == nil ? "no rows" : "a header but no rows"
      throw .malformed(file.name, "the file has \(what)")
    }
    header = table.header
    values = Tensor(
      shape: [table.rows, columns], elementType: type, values: table.numbers.values)
  }
}

/// The rows read so far.
struct CsvTable {
  private(set) var header: [String]?
  private(set) var columns: Int?
  private(set) var rows = 0
  private(set) var numbers: CsvNumbers
  /// Rows since the last `takeRows`.
  private(set) var pendingRows = 0

  init(_ type: ElementType) { numbers = CsvNumbers(type) }

  mutating func add(_ line: CsvLine) throws(InputError) {
    let cells = try line.cells()
    if columns == nil && cells.allSatisfy({ Double($0.text) == nil }) {
      if cells.count == 1 { try line.checkSeparator(cells) }
      header = cells.map { String($0.text) }
      columns = cells.count
      return
    }
    if let columns, cells.count != columns {
      try line.checkSeparator(cells)
      throw .init(
        .malformed,
        .error(
          line.span(cells[min(columns, cells.count - 1)]),
          "\(counted(cells.count, "value")), the rows before have \(columns)"))
    }
    columns = cells.count
    for cell in cells where !numbers.append(cell.text) {
      try line.checkSeparator([cell])
      let what = cell.text.isEmpty ? "an empty cell" : "\(quoted(cell.text)) is not \(numbers.noun)"
      throw .init(.malformed, .error(line.span(cell), what))
    }
    rows += 1
    pendingRows += 1
  }

  /// The rows since the last call, `[rows, columns]`.
  mutating func takeRows() -> Tensor {
    let type = numbers.elementType
    let taken = Tensor(
      shape: [pendingRows, columns ?? 0], elementType: type, values: numbers.values)
    (numbers, pendingRows) = (CsvNumbers(type), 0)
    return taken
  }
}

/// Numbers of the wanted type, parsed straight from text so that they are rounded only once.
struct CsvNumbers {
  let elementType: ElementType
  private(set) var values: Tensor.Values

  init(_ type: ElementType) {
    elementType = type
    switch type {
    case .f32: values = .floats([])
    case .f64: values = .doubles([])
    case .i64: values = .integers([])
    default: preconditionFailure("CSV is read as f32, f64 or i64")
    }
  }

  var noun: String {
    switch values {
    case .floats: "a number that f32 can hold"
    case .doubles: "a number that f64 can hold"
    case .integers: "an integer of 64 bits"
    }
  }

  /// False when the text is no such number.
  mutating func append(_ text: String) -> Bool {
    switch values {
    case .floats(var list):
      values = .floats([])  // so that the list is not copied
      defer { values = .floats(list) }
      return finite(Float(text), text).map { list.append($0) } != nil
    case .doubles(var list):
      values = .doubles([])
      defer { values = .doubles(list) }
      return finite(Double(text), text).map { list.append($0) } != nil
    case .integers(var list):
      values = .integers([])
      defer { values = .integers(list) }
      return Int64(text).map { list.append($0) } != nil
    }
  }
}

/// The value, but nil for hexadecimal digits and for digits that overflowed to infinity; `inf` and
/// `nan` themselves may be written.
private func finite<T: BinaryFloatingPoint>(_ value: T?, _ text: String) -> T? {
  guard let value, !text.utf8.contains(where: { "xX(".utf8.contains($0) }) else { return nil }
  return value.isInfinite && text.contains(where: \.isNumber) ? nil : value
}
