/// Columns of text: a header with units, then rows; numbers to the right, words to the left.
struct Table {
  struct Column {
    let title: String
    let isNumber: Bool

    static func word(_ title: String) -> Column { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  let columns: [Column]
  private var rows: [[String]] = []
  /// Rows before which a line is drawn.
  private var rules: Set<Int> = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; it has as many cells as the table has columns.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count)
    rows.append(cells)
  }

  /// Draws a line before the next row.
  mutating func addRule() { rules.insert(rows.count) }

  func text(_ palette: Palette) -> String {
    let widths = columns.indices.map { c in
      max(columns[c].title.count, rows.map { $0[c].count }.max() ?? 0)
    }
    var lines = [palette.bold(line(columns.map(\.title), widths))]
    for (r, row) in rows.enumerated() {
      if rules.contains(r) {
        lines.append(line(widths.map { String(repeating: "-", count: $0) }, widths))
      }
      lines.append(line(row, widths))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.indices.map { c in
      let space = String(repeating: " ", count: widths[c] - cells[c].count)
      return columns[c].isNumber ? space + cells[c] : cells[c] + space
    }
    var text = padded.joined(separator: "  ")
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
