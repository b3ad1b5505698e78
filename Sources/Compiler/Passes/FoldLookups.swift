import IR

extension Pass {
  /// A product with a one-hot vector or with a row of a table is a lookup in another table: `W e_i +
  /// b` is row i of `W^T + b`, `W T[i] + b` row i of `T W^T + b`. A step then reads one row in place
  /// of the whole matrix. What lookups of lookups are made of folds in turn.
  ///
  /// The price is the table, n rows as wide as the product. See Note [How large a table may be].
  ///
  /// Valid indices only: for any other a lookup gives zeros, while the product gives its bias.
  package static let foldLookups = Pass(
    "fold-lookups", "turn products of one-hot vectors and embeddings into lookups"
  ) { function in
    var function = function
    while foldOnce(&function) {}
    function.removeDead()
    return function
  }

  private static func foldOnce(_ function: inout Function) -> Bool {
    let definitions = function.definitions()
    var changed = false
    function.rewriteOperations { function, operation in
      guard case .project(let matrix, let x, let bias) = operation.op,
        let source = definitions[x].flatMap({ LookupSource($0.op, in: function) }),
        let product = LookupProduct(matrix, bias: bias, of: source, in: function),
        let table = product.table()
      else { return nil }
      changed = true
      let type = MatrixType(
        structure: .dense(Dense()), rows: source.rows, columns: product.width)
      let symbol = function.addVariant(of: matrix, .matrix(type, table))
      return [Operation(.embedding(table: symbol, index: source.index), results: operation.results)]
    }
    return changed
  }
}

/// A value that is one of `rows` known vectors.
private struct LookupSource {
  let index: ValueID
  let rows: Int
  /// Row-major `[rows, columns]`; nil for the unit vectors.
  let table: [Float]?

  init?(_ op: Op, in function: Function) {
    switch op {
    case .oneHot(let index, let size): (self.index, rows, table) = (index, size, nil)
    case .embedding(let symbol, let index):
      guard case .matrix(let type, let stored)? = function.constants[symbol] else { return nil }
      (self.index, rows, table) = (index, type.rows, stored)
    default: return nil
    }
  }
}

/// The products of a matrix with all vectors of a source, where their table may be that large.
private struct LookupProduct {
  let width: Int
  private let source: LookupSource
  private let type: MatrixType
  private let stored: [Float]
  private let bias: [Float]

  /// See Note [How large a table may be].
  static let growth = 2
  static let smallNumbers = (256 << 10) / 4
  static let multiplyAccumulates = 1 << 27

  init?(_ matrix: Symbol, bias: Symbol?, of source: LookupSource, in function: Function) {
    guard case .matrix(let type, let stored)? = function.constants[matrix] else { return nil }
    width = type.gates * type.rows
    (self.source, self.type, self.stored) = (source, type, stored)
    self.bias = bias.flatMap(function.vector) ?? [Float](repeating: 0, count: width)
    let replaced = stored.count + (source.table?.count ?? 0)
    let limit = max(Self.growth * replaced, Self.smallNumbers)
    if source.rows > limit / width { return nil }
    let work = source.table == nil ? 1 : type.columns
    if source.rows * width > Self.multiplyAccumulates / work { return nil }
    if type.structure != .dense(Dense()), width > (1 << 24) / type.columns { return nil }
  }

  /// Row-major `[source.rows, width]`, each number summed up in `Double` and rounded once; nil where
  /// one is not finite, since 0 times infinity is not what a lookup gives.
  func table() -> [Float]? {
    let matrix = dense()
    guard matrix.allSatisfy(\.isFinite) else { return nil }
    var table: [Float] = []
    table.reserveCapacity(source.rows * width)
    for i in 0..<source.rows {
      for r in 0..<width {
        table.append(Float(Double(bias[r]) + product(matrix, row: r, with: i)))
      }
    }
    return table.allSatisfy(\.isFinite) ? table : nil
  }

  /// Row `row` of the matrix times vector `i` of the source.
  private func product(_ matrix: [Float], row: Int, with i: Int) -> Double {
    let columns = type.columns
    guard let rows = source.table else { return Double(matrix[row * columns + i]) }
    var sum = 0.0
    for k in 0..<columns {
      sum += Double(matrix[row * columns + k]) * Double(rows[i * columns + k])
    }
    return sum
  }

  /// The matrix of all gates, row-major `[width, columns]`.
  private func dense() -> [Float] {
    let kind = type.structure.kind
    let perGate = stored.count / type.gates
    return (0..<type.gates).flatMap { gate in
      kind.densify(
        Array(stored[gate * perGate..<(gate + 1) * perGate]), rows: type.rows,
        columns: type.columns)
    }
  }
}

// Note [How large a table may be]
//
// A step of a product of d columns reads 4 R d bytes of weights for its R results; a lookup reads
// 4 R bytes, wherever they lie. So a table is faster even when it lies in memory, as long as the
// product's weights are many times a cache line. What it costs is room: n rows are 4 n R bytes.
//
// - A table may be twice as large as what it replaces, W and the table that W's input came from. A
//   plan at most triples then (W and the other table stay where others read them), and a dense W
//   after a one-hot vector, whose table has just the numbers of W, always folds. A block-diagonal
//   W has to be made dense, so that it folds at up to two blocks.
// - Tables up to 256 KB, a part of any L2, are made whatever they replace.
// - A vocabulary of ten thousand words in front of an LSTM of 256 units would take 41 MB for the
//   6 MB of its embedding and weights, and stays a product.
//
// The work of making the table is bounded as well: 2^27 multiply-accumulates take about as long as
// the rest of a compilation.
