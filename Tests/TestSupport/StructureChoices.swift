import IR

/// Structures that fit a shape, found by trying: kinds from the registry, parameters from the
/// shape's divisors, so that a new structure is tried without an edit here.
package enum StructureChoices {
  /// Every kind with every combination of divisors that its `misfit` accepts.
  package static func fitting(rows: Int, columns: Int) -> [MatrixStructure] {
    MatrixStructure.kinds.flatMap { fitting($0, rows: rows, columns: columns) }
  }

  package static func fitting(
    _ kind: any StructureKind.Type, rows: Int, columns: Int
  ) -> [MatrixStructure] {
    let divisors = (1...max(rows, columns)).filter { rows % $0 == 0 || columns % $0 == 0 }
    let values = (kind.least == 0 ? [0] : []) + divisors
    return combinations(of: values, count: kind.keys.count)
      .map { kind.init(parameters: $0) }
      .filter { $0.misfit(rows: rows, columns: columns) == nil }
      .map { MatrixStructure($0) }
  }

  /// Every list of `count` of the values; none but the empty one for a kind without parameters.
  private static func combinations(of values: [Int], count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    let shorter = combinations(of: values, count: count - 1)
    return values.flatMap { value in shorter.map { [value] + $0 } }
  }
}
