import IR

/// The structure that a stack of matrices, one per gate, really has: exactly, entry by entry, and
/// in all of them.
struct FoundStructure {
  let structure: MatrixStructure
  /// Stored numbers, gate after gate, and their shape for one gate.
  let stored: [Float]
  let shape: [Int]

  /// nil where nothing is saved. `gates`: row-major [rows, columns] each. O(divisors * entries).
  init?(_ gates: [[Float]], rows: Int, columns: Int) {
    guard rows > 1, columns > 1 else { return nil }
    var union = [Float](repeating: 0, count: rows * columns)
    for gate in gates {
      for i in union.indices { union[i] = max(union[i], abs(gate[i])) }
    }
    let diagonal = Diagonal()
    if diagonal.misfit(rows: rows, columns: columns) == nil,
      diagonal.extract(union, rows: rows, columns: columns, tolerance: 0).violations == 0
    {
      self.init(diagonal, gates, rows, columns)
    } else if let blocks = BlockDiagonal(blocks: 1).nearest(union, rows: rows, columns: columns) {
      self.init(blocks, gates, rows, columns)
    } else {
      return nil
    }
  }

  private init(_ kind: some StructureKind, _ gates: [[Float]], _ rows: Int, _ columns: Int) {
    structure = kind.structure
    shape = kind.storedShape(rows: rows, columns: columns)
    stored = gates.flatMap {
      kind.extract($0, rows: rows, columns: columns, tolerance: 0).stored
    }
  }

  /// As in a description: `{structure: block_diagonal, blocks: 8}`.
  var text: String {
    let kind = structure.kind
    let parameters = zip(type(of: kind).keys, kind.parameters).map { ", \($0): \($1)" }
    return "{structure: \(type(of: kind).keyword)\(parameters.joined())}"
  }
}
