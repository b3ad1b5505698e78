/// G equal blocks along the diagonal: row r reads column c only if r div m = c div m' (m, m' the
/// block's rows and columns). Stored `[blocks, rows/G, columns/G]`.
///
/// "Rethinking Full Connectivity in Recurrent Neural Networks", arXiv 1905.12340; the literature
/// also says *grouped*.
package struct BlockDiagonal: StructureKind {
  package static let keyword = "block_diagonal"
  package static let synonyms = ["grouped"]
  package static let keys = ["blocks"]
  package static func keys(of synonym: String) -> [String] { ["groups"] }
  package static let outside = "the blocks"

  package let blocks: Int
  package var phrase: String { "block diagonal with \(blocks) blocks" }

  package init(blocks: Int) { self.blocks = blocks }
  package init(parameters: [Int]) { blocks = parameters[0] }
  package var parameters: [Int] { [blocks] }
  package var structure: MatrixStructure { .blockDiagonal(self) }

  package func misfit(rows: Int, columns: Int) -> StructureMisfit? {
    for (count, what) in [(rows, "rows"), (columns, "columns")] where count % blocks != 0 {
      let divisors = (1...max(1, min(rows, columns))).filter {
        rows % $0 == 0 && columns % $0 == 0
      }
      let near = divisors.sorted { (abs($0 - blocks), $0) < (abs($1 - blocks), $1) }.prefix(2)
      return StructureMisfit(
        "with \(blocks) blocks does not divide \(count) \(what)",
        help: "use a divisor of \(rows == columns ? "\(rows)" : "both \(rows) and \(columns)"), "
          + "such as \(near.sorted().map(String.init).joined(separator: " or "))")
    }
    return nil
  }

  package func storedCount(rows: Int, columns: Int) -> Int { rows * (columns / blocks) }

  package func storedShape(rows: Int, columns: Int) -> [Int] {
    [blocks, rows / blocks, columns / blocks]
  }

  package func densify(_ stored: [Float], rows: Int, columns: Int) -> [Float] {
    var dense = [Float](repeating: 0, count: rows * columns)
    let (m, k) = (rows / blocks, columns / blocks)
    for r in 0..<rows {
      for c in 0..<k { dense[r * columns + (r / m) * k + c] = stored[r * k + c] }
    }
    return dense
  }

  package func extract(
    _ dense: [Float], rows: Int, columns: Int, tolerance: Float
  ) -> StructureExtraction {
    let (m, k) = (rows / blocks, columns / blocks)
    var found = StructureExtraction(stored: [])
    found.stored.reserveCapacity(rows * k)
    for r in 0..<rows {
      let inside = (r / m) * k..<(r / m + 1) * k
      for c in 0..<columns {
        let value = dense[r * columns + c]
        if inside.contains(c) {
          found.stored.append(value)
        } else {
          found.noteOutside(value, row: r, column: c, tolerance: tolerance)
        }
      }
    }
    return found
  }

  package func expand(_ product: StructuredProduct, into builder: inout Builder) -> ValueID? { nil }

  package func nearest(_ dense: [Float], rows: Int, columns: Int) -> BlockDiagonal? {
    let candidates = (2...max(2, min(rows, columns))).reversed().map(BlockDiagonal.init(blocks:))
    return candidates.first {
      $0.misfit(rows: rows, columns: columns) == nil
        && $0.extract(dense, rows: rows, columns: columns, tolerance: 0).violations == 0
    }
  }
}
