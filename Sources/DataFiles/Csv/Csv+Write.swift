import Tensors

extension Csv {
  /// Writes the table; every number is the shortest text that reads back as the same value.
  package func write(to path: String) throws(OutputError) {
    var file = try OutputFile(path: path)
    try write(to: &file)
    try file.commit()
  }

  package func write(to file: inout OutputFile) throws(OutputError) {
    if let header { try file.write(header.map(Self.cell).joined(separator: ",") + "\n") }
    let columns = values.shape[1]
    for row in 0..<values.shape[0] {
      try file.write(Self.line(values, row * columns..<(row + 1) * columns))
    }
  }

  /// Some elements of a tensor as one line.
  package static func line(_ tensor: Tensor, _ range: Range<Int>) -> String {
    let cells =
      switch tensor.values {
      case .floats(let v): v[range].map { "\($0)" }
      case .doubles(let v): v[range].map { "\($0)" }
      case .integers(let v): v[range].map { "\($0)" }
      }
    return cells.joined(separator: ",") + "\n"
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
