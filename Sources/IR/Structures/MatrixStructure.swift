/// How the entries of a matrix are laid out: the second of the two orthogonal axes.
///
/// A structure is a value with one file of its own. It knows its words in descriptions, which
/// shapes it fits, what it stores, and what the stored values *mean* (`densify`). Everything else
/// (packing, kernels, passes) is an optimisation of that meaning, and property tests hold the two
/// equal. To add a structure: write its file and add its lines to this one.
package protocol StructureKind: Hashable, Sendable {
  /// The word in descriptions and IR text, as in `structure: block_diagonal`.
  static var keyword: String { get }
  /// Other accepted words for the same thing.
  static var synonyms: [String] { get }
  /// The integer keys beside `structure:`, in printing order, as in `blocks: 8`.
  static var keys: [String] { get }
  /// What a synonym calls the keys, in the same order.
  static func keys(of synonym: String) -> [String]
  /// The least value of every key, 0 or 1.
  static var least: Int { get }
  /// Where the entries lie that must be zero: completes "largest entry outside ...".
  static var outside: String { get }
  /// As in a sentence: "block diagonal with 8 blocks". The default lists the keys: "banded (lower:
  /// 2, upper: 3)".
  var phrase: String { get }

  /// Builds the structure from the values of `keys`, in that order (each at least `least`).
  init(parameters: [Int])
  /// The values of `keys`.
  var parameters: [Int] { get }
  /// This payload in its case.
  var structure: MatrixStructure { get }

  /// Why a rows x columns matrix cannot have this structure, or nil when it can.
  func misfit(rows: Int, columns: Int) -> StructureMisfit?
  /// Numbers stored for one rows x columns matrix.
  func storedCount(rows: Int, columns: Int) -> Int
  /// Multiply-accumulates of one product. The default is one for every stored number; structures
  /// that use a number more than once (circulant, Kronecker) say how often.
  func multiplyAccumulates(rows: Int, columns: Int) -> Int
  /// The shape of the stored numbers of one matrix, as a packed tensor holds them.
  func storedShape(rows: Int, columns: Int) -> [Int]
  /// The dense row-major matrix that the stored numbers stand for. This is the definition.
  func densify(_ stored: [Float], rows: Int, columns: Int) -> [Float]
  /// Reads the stored numbers out of a dense row-major matrix, with every entry that the structure
  /// cannot hold (larger than `tolerance` in magnitude) reported.
  func extract(_ dense: [Float], rows: Int, columns: Int, tolerance: Float) -> StructureExtraction
  /// A rewriting of `matrix x` into operations that have kernels, or nil when planning has a kernel
  /// for the structure itself, in every shape. The default is `denseProduct`.
  func expand(_ product: StructuredProduct, into builder: inout Builder) -> ValueID?
  /// The largest structure of this kind that `dense` really has, for a diagnostic's way out.
  func nearest(_ dense: [Float], rows: Int, columns: Int) -> Self?
}

/// Why a shape does not fit, and what would.
package struct StructureMisfit: Sendable {
  /// Completes "'block_diagonal' ...", as in "with 5 blocks does not divide 128 rows".
  package let reason: String
  /// Which of `keys` is at fault, where one of several is.
  package let key: String?
  package let help: String?

  package init(_ reason: String, key: String? = nil, help: String? = nil) {
    self.reason = reason
    self.key = key
    self.help = help
  }
}

/// What `extract` found.
package struct StructureExtraction: Sendable {
  package var stored: [Float]
  /// Entries outside the structure whose magnitude exceeds the tolerance (NaN counts).
  package var violations = 0
  /// The largest of them, and where.
  package var largest: Float = 0
  package var row = 0
  package var column = 0

  package init(stored: [Float]) { self.stored = stored }

  /// Counts `value` at (row, column) if it may not be dropped.
  package mutating func noteOutside(_ value: Float, row: Int, column: Int, tolerance: Float) {
    if abs(value) <= tolerance { return }
    violations += 1
    if !(abs(value) <= largest) {
      (largest, self.row, self.column) = (abs(value), row, column)
    }
  }
}

/// One product to expand: `gates` matrices of the same structure, stacked, times one vector.
package struct StructuredProduct {
  package let matrix: Symbol
  package let type: MatrixType
  package let input: ValueID
  /// The stored numbers, gate after gate.
  package let stored: [Float]

  package init(matrix: Symbol, type: MatrixType, input: ValueID, stored: [Float]) {
    self.matrix = matrix
    self.type = type
    self.input = input
    self.stored = stored
  }
}

extension StructureKind {
  package static var synonyms: [String] { [] }
  package static var keys: [String] { [] }
  package static func keys(of synonym: String) -> [String] { keys }
  package static var least: Int { 1 }
  package static var outside: String { "the structure" }

  package var phrase: String {
    let word = Self.keyword.split(separator: "_").joined(separator: " ")
    let parts = zip(Self.keys, parameters).map { "\($0): \($1)" }
    return parts.isEmpty ? word : "\(word) (\(parts.joined(separator: ", ")))"
  }

  package func multiplyAccumulates(rows: Int, columns: Int) -> Int {
    storedCount(rows: rows, columns: columns)
  }

  package func expand(_ product: StructuredProduct, into builder: inout Builder) -> ValueID? {
    denseProduct(product, into: &builder)
  }

  /// The product with the densified matrix, for an `expand` that has nothing better for a shape.
  package func denseProduct(
    _ product: StructuredProduct, into builder: inout Builder
  ) -> ValueID {
    let type = product.type
    let perGate = storedCount(rows: type.rows, columns: type.columns)
    let dense = (0..<type.gates).flatMap { gate in
      densify(
        Array(product.stored[gate * perGate..<(gate + 1) * perGate]), rows: type.rows,
        columns: type.columns)
    }
    let matrix = builder.addConstant(
      named: product.matrix,
      .matrix(
        MatrixType(
          structure: .dense(Dense()), gates: type.gates, rows: type.rows, columns: type.columns),
        dense))
    return builder.project(matrix, product.input)
  }

  package func nearest(_ dense: [Float], rows: Int, columns: Int) -> Self? { nil }

  /// As in descriptions' notes and `cost`: `block_diagonal(8)`.
  package var description: String {
    parameters.isEmpty
      ? Self.keyword : "\(Self.keyword)(\(parameters.map(String.init).joined(separator: ",")))"
  }
}

/// The closed set of structures. One case, one line of `kinds` and one of `kind` each.
package enum MatrixStructure: Hashable, Sendable {
  case dense(Dense)
  case diagonal(Diagonal)
  case blockDiagonal(BlockDiagonal)

  /// Every structure, for readers, the schema and the tests.
  package static let kinds: [any StructureKind.Type] = [
    Dense.self,
    Diagonal.self,
    BlockDiagonal.self,
  ]

  /// The payload: all the knowledge.
  package var kind: any StructureKind {
    switch self {
    case .dense(let s): s
    case .diagonal(let s): s
    case .blockDiagonal(let s): s
    }
  }

  /// The case that holds `kind`.
  package init(_ kind: any StructureKind) { self = kind.structure }
}
