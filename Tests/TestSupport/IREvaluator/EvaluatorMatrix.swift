import IR

/// The dense `[gates rows, columns]` matrix of a constant, in `Double`.
struct EvaluatorMatrix {
  let rows: Int
  let columns: Int
  /// Row-major.
  private let entries: [Double]

  init(_ type: MatrixType, _ stored: [Float]) {
    rows = type.gates * type.rows
    columns = type.columns
    let perGate = type.structure.kind.storedCount(rows: type.rows, columns: type.columns)
    precondition(stored.count == type.gates * perGate, "a matrix constant of a wrong size")
    entries = (0..<type.gates).flatMap { gate in
      type.structure.kind.densify(
        Array(stored[gate * perGate..<(gate + 1) * perGate]), rows: type.rows, columns: type.columns
      ).map(Double.init)
    }
  }

  /// y[rows] = M x[columns].
  func times(_ x: [Double]) -> [Double] {
    precondition(x.count == columns)
    var y = [Double](repeating: 0, count: rows)
    entries.withUnsafeBufferPointer { entries in
      for r in 0..<rows {
        var sum = 0.0
        for c in 0..<columns { sum += entries[r * columns + c] * x[c] }
        y[r] = sum
      }
    }
    return y
  }

  func row(_ r: Int) -> [Double] { Array(entries[r * columns..<(r + 1) * columns]) }
}
