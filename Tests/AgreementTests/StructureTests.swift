import IR
import Tensors
import TestSupport
import Testing

/// `densify` is what a structure means; `extract`, `expand` and the counts must agree with it.
@Suite struct StructureTests {
  /// Every structure of every kind that fits some shape, with that shape.
  static let cases: [(structure: MatrixStructure, rows: Int, columns: Int)] = {
    let sizes = [1, 2, 3, 5, 6, 12, 13, 37, 39, 85]
    return sizes.flatMap { rows in
      sizes.flatMap { columns in
        StructureChoices.fitting(rows: rows, columns: columns).map { ($0, rows, columns) }
      }
    }
  }()

  /// Entries that stored numbers computed in f32 may be off by, for numbers up to 1.
  static let rounding: Float = 1e-4

  private func stored(_ count: Int, seed: Int) -> [Float] {
    var random = SeededRandom(seed: UInt64(seed))
    // Never near zero, so that no entry hides.
    return (0..<count).map { _ in random.uniform(0.5) }.map { $0 < 0 ? $0 - 0.5 : $0 + 0.5 }
  }

  @Test func everyKindHasCases() {
    for kind in MatrixStructure.kinds {
      let count = Self.cases.filter { type(of: $0.structure.kind) == kind }.count
      #expect(count >= 10, "'\(kind.keyword)' fits only \(count) of the shapes tried")
    }
  }

  /// To the bit where the stored numbers are entries of the matrix. A structure whose numbers cannot
  /// be read out of a dense matrix says so by violations.
  @Test func extractUndoesDensify() {
    for (i, (structure, rows, columns)) in Self.cases.enumerated() {
      let kind = structure.kind
      let stored = stored(kind.storedCount(rows: rows, columns: columns), seed: i)
      #expect(kind.storedShape(rows: rows, columns: columns).reduce(1, *) == stored.count)
      let dense = kind.densify(stored, rows: rows, columns: columns)
      #expect(dense.count == rows * columns)
      let found = kind.extract(dense, rows: rows, columns: columns, tolerance: 0)
      if structure.storesEntries(rows: rows, columns: columns) {
        #expect(found.violations == 0, "\(kind.description) \(rows) x \(columns)")
      }
      guard found.violations == 0 else { continue }
      let again = kind.densify(found.stored, rows: rows, columns: columns)
      #expect(again == dense, "\(kind.description) \(rows) x \(columns)")
    }
  }

  /// What the structure makes otherwise of a dense matrix is exactly what `extract` reports.
  @Test func extractReportsWhatItDrops() {
    for (i, (structure, rows, columns)) in Self.cases.enumerated() {
      let kind = structure.kind
      let dense = stored(rows * columns, seed: i)
      let found = kind.extract(
        dense, rows: rows, columns: columns, tolerance: Self.rounding)
      let kept = kind.densify(found.stored, rows: rows, columns: columns)
      let lost = dense.indices.map { abs(kept[$0] - dense[$0]) }
      let label: Comment = "\(kind.description) \(rows) x \(columns)"
      #expect(found.violations >= lost.count { $0 > Self.rounding }, label)
      guard structure.storesEntries(rows: rows, columns: columns) else { continue }
      #expect(found.violations == lost.count { $0 > 0 }, label)
      guard let worst = lost.indices.max(by: { lost[$0] < lost[$1] }), lost[worst] > 0 else {
        continue
      }
      #expect(found.row * columns + found.column == worst, label)
      #expect(found.largest == lost[worst], label)
      let spared = kind.extract(dense, rows: rows, columns: columns, tolerance: found.largest)
      #expect(spared.violations == 0, label)
    }
  }

  @Test func notANumberIsAViolation() {
    for (structure, rows, columns) in Self.cases where rows * columns > 1 {
      let kind = structure.kind
      let nan = [Float](repeating: .nan, count: rows * columns)
      let held = kind.storedCount(rows: rows, columns: columns)
      let found = kind.extract(nan, rows: rows, columns: columns, tolerance: .infinity)
      if held < rows * columns { #expect(found.violations > 0, "\(kind.description)") }
    }
  }

  /// A product rewritten by `expand`, run as IR, is the product with the dense matrix.
  @Test func expandMeansTheDenseProduct() {
    for (i, (structure, rows, columns)) in Self.cases.enumerated() {
      let gates = 1 + i % 3
      let type = MatrixType(structure: structure, gates: gates, rows: rows, columns: columns)
      let stored = stored(type.storedCount, seed: i)
      let x = self.stored(columns, seed: i + 1).map(Double.init)
      guard let got = expanded(type, stored, x) else { continue }
      // `densify` may compute in f32 what `expand` leaves to the product.
      let isExact = structure.storesEntries(rows: rows, columns: columns)
      expectClose(
        got, product(type, stored, x), absolute: isExact ? 1e-12 : 1e-4,
        "\(structure.kind.description) \(gates) x \(rows) x \(columns)")
    }
  }

  /// The product's own operation, run as IR, likewise.
  @Test func projectMeansTheDenseProduct() {
    for (i, (structure, rows, columns)) in Self.cases.enumerated() {
      let type = MatrixType(structure: structure, gates: 2, rows: rows, columns: columns)
      let stored = stored(type.storedCount, seed: i)
      let x = self.stored(columns, seed: i + 1).map(Double.init)
      var builder = Builder(Function(name: "product"))
      let input = builder.parameter("x", .vector(columns))
      let matrix = builder.addConstant(named: Symbol("w"), .matrix(type, stored))
      let y = builder.project(matrix, input)
      var evaluator = IREvaluator(builder.finish(results: [("y", y)]))
      expectClose(evaluator.step([x])[0], product(type, stored, x), absolute: 1e-12)
    }
  }

  @Test func nearestReallyHolds() {
    for (i, (structure, rows, columns)) in Self.cases.enumerated() {
      let kind = structure.kind
      let stored = stored(kind.storedCount(rows: rows, columns: columns), seed: i)
      let dense = kind.densify(stored, rows: rows, columns: columns)
      guard let nearest = MatrixStructure(kind).nearestKind(dense, rows, columns) else { continue }
      #expect(nearest.misfit(rows: rows, columns: columns) == nil)
      let found = nearest.extract(dense, rows: rows, columns: columns, tolerance: 0)
      #expect(found.violations == 0, "\(nearest.description) \(rows) x \(columns)")
      #expect(found.stored.count <= stored.count, "\(nearest.description) is larger than given")
    }
  }

  private func expanded(_ type: MatrixType, _ stored: [Float], _ x: [Double]) -> [Double]? {
    var builder = Builder(Function(name: "product"))
    let input = builder.parameter("x", .vector(type.columns))
    let matrix = builder.addConstant(named: Symbol("w"), .matrix(type, stored))
    let product = StructuredProduct(matrix: matrix, type: type, input: input, stored: stored)
    guard let y = type.structure.kind.expand(product, into: &builder) else { return nil }
    var evaluator = IREvaluator(builder.finish(results: [("y", y)]))
    return evaluator.step([x])[0]
  }

  /// Gate after gate, by the definition.
  private func product(_ type: MatrixType, _ stored: [Float], _ x: [Double]) -> [Double] {
    let count = type.storedCount / type.gates
    return (0..<type.gates).flatMap { gate in
      let dense = type.structure.kind.densify(
        Array(stored[gate * count..<(gate + 1) * count]), rows: type.rows, columns: type.columns)
      return (0..<type.rows).map { r in
        (0..<type.columns).reduce(0.0) { $0 + Double(dense[r * type.columns + $1]) * x[$1] }
      }
    }
  }
}

extension MatrixStructure {
  /// Whether the stored numbers are entries of the matrix and the others are zero.
  func storesEntries(rows: Int, columns: Int) -> Bool {
    let count = kind.storedCount(rows: rows, columns: columns)
    let numbers = (0..<count).map { Float($0 + 1) }
    let entries = kind.densify(numbers, rows: rows, columns: columns).filter { $0 != 0 }
    return entries.sorted() == numbers
  }

  /// `nearest` of the payload, whose type is not known here.
  fileprivate func nearestKind(
    _ dense: [Float], _ rows: Int, _ columns: Int
  ) -> (any StructureKind)? { kind.nearest(dense, rows: rows, columns: columns) }
}
