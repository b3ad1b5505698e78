/// One entry per unit, a square matrix with all else zero: stored `[n]` (IndRNN, IndyLSTM).
package struct Diagonal: StructureKind {
  package static let keyword = "diagonal"
  package static let outside = "the diagonal"

  package init() {}
  package init(parameters: [Int]) {}
  package var parameters: [Int] { [] }
  package var structure: MatrixStructure { .diagonal(self) }

  package func misfit(rows: Int, columns: Int) -> StructureMisfit? {
    if rows == columns { return nil }
    return StructureMisfit(
      "needs as many rows as columns, not \(rows) x \(columns)",
      help: "make both widths equal, or use another structure")
  }

  package func storedCount(rows: Int, columns: Int) -> Int { rows }
  package func storedShape(rows: Int, columns: Int) -> [Int] { [rows] }

  package func densify(_ stored: [Float], rows: Int, columns: Int) -> [Float] {
    var dense = [Float](repeating: 0, count: rows * columns)
    for i in 0..<rows { dense[i * columns + i] = stored[i] }
    return dense
  }

  package func extract(
    _ dense: [Float], rows: Int, columns: Int, tolerance: Float
  ) -> StructureExtraction {
    var found = StructureExtraction(stored: (0..<rows).map { dense[$0 * columns + $0] })
    for r in 0..<rows {
      for c in 0..<columns where c != r {
        found.noteOutside(dense[r * columns + c], row: r, column: c, tolerance: tolerance)
      }
    }
    return found
  }

  /// Elementwise: each gate multiplies the input by its diagonal.
  package func expand(_ product: StructuredProduct, into builder: inout Builder) -> ValueID? {
    let n = product.type.rows
    let gates = (0..<product.type.gates).map { gate in
      let diagonal = builder.addConstant(
        named: product.matrix, .vector(Array(product.stored[gate * n..<(gate + 1) * n])))
      return builder.binary(.multiply, builder.constant(diagonal), product.input)
    }
    return gates.count == 1 ? gates[0] : builder.concat(gates)
  }
}
