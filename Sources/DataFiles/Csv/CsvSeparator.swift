import Diagnostics

extension CsvLine {
  /// Throws when something else than commas stands between the numbers of a cell.
  func checkSeparator(_ cells: [Cell]) throws(InputError) {
    for cell in cells {
      guard let (separator, offset) = cell.otherSeparator else { continue }
      let names: [Character: String] = ["\t": "tabs", " ": "spaces"]
      let place = SourceSpan(file: source, line: number, column: cell.start + offset + 1)
      throw InputError(
        .malformed,
        .error(
          place, "the values are separated by \(names[separator] ?? "'\(separator)'")",
          help: ["put commas between them"]))
    }
  }
}

extension CsvLine.Cell {
  /// What stands in place of commas, and where it first does, if there are numbers around it.
  fileprivate var otherSeparator: (Character, offset: Int)? {
    for separator: Character in [";", "\t", "|", " "] where text.contains(separator) {
      let parts = text.split(separator: separator).filter { !$0.allSatisfy(\.isWhitespace) }
      guard parts.count > 1, parts.allSatisfy({ Double($0.filter { $0 != " " }) != nil })
      else { continue }
      return (separator, text.prefix { $0 != separator }.count)
    }
    return nil
  }
}
