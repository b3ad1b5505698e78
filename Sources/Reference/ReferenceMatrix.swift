import Model

/// A dense matrix in `Double`, kept column by column so that a product is a sum of columns.
///
/// Every structure arrives densified: the zeros are multiplied like anything else.
package struct ReferenceMatrix: Sendable {
  package let rows: Int
  package let columns: Int
  /// `[columns, rows]`.
  private let entries: [Double]

  package init(_ matrix: StructuredMatrix) {
    rows = matrix.rows
    columns = matrix.columns
    let dense = matrix.dense
    var entries = [Double](repeating: 0, count: dense.count)
    for r in 0..<matrix.rows {
      for c in 0..<matrix.columns { entries[c * rows + r] = Double(dense[r * columns + c]) }
    }
    self.entries = entries
  }

  /// y[rows] = M x[columns]. rows x columns multiply-accumulates.
  package func times(_ x: [Double]) -> [Double] {
    precondition(x.count == columns, "a matrix of \(columns) columns times \(x.count) elements")
    var y = [Double](repeating: 0, count: rows)
    entries.withUnsafeBufferPointer { entries in
      y.withUnsafeMutableBufferPointer { y in
        for c in 0..<columns {
          let (scale, column) = (x[c], c * rows)
          for r in 0..<rows { y[r] += entries[column + r] * scale }
        }
      }
    }
    return y
  }
}

/// a + b, element by element.
func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
