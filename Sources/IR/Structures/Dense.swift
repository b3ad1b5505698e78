/// Every entry stored, row-major: `[rows, columns]`.
package struct Dense: StructureKind {
  package static let keyword = "dense"

  package init() {}
  package init(parameters: [Int]) {}
  package var parameters: [Int] { [] }
  package var structure: MatrixStructure { .dense(self) }

  package func misfit(rows: Int, columns: Int) -> StructureMisfit? { nil }
  package func storedCount(rows: Int, columns: Int) -> Int { rows * columns }
  package func storedShape(rows: Int, columns: Int) -> [Int] { [rows, columns] }

  package func densify(_ stored: [Float], rows: Int, columns: Int) -> [Float] { stored }

  package func extract(
    _ dense: [Float], rows: Int, columns: Int, tolerance: Float
  ) -> StructureExtraction {
    StructureExtraction(stored: dense)
  }

  package func expand(_ product: StructuredProduct, into builder: inout Builder) -> ValueID? { nil }
}
