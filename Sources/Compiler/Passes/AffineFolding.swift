import IR

/// Folds y = scale * x + shift with constant scale and shift into the products around it. Shared
/// by `fold-batch-norm` and `fold-constants`.
///
/// - Rows: x is a product that only y reads: its rows and bias take the scale and the shift.
/// - Sum: x is such a product plus a constant: both take the scale, the constant takes the shift.
/// - Columns: all readers of y are products: their columns take the scale, their biases W shift.
///
/// Exact in real arithmetic; every changed number is rounded to f32 once. A change that would
/// overflow, underflow or break a matrix's structure is not made.
struct AffineFolding {
  private(set) var function: Function
  /// Only operations with these results are folded away. nil for any, but then a shift alone is
  /// not added to a product: it is a bias, which later passes put where it is best.
  private let only: Set<ValueID>?
  private var uses: UseLists
  private var edits = OperationEdits()

  init(_ function: Function, only: Set<ValueID>? = nil) {
    self.function = function
    self.only = only
    uses = UseLists(function)
  }

  /// Folds what can be folded.
  static func run(_ function: inout Function, only: Set<ValueID>? = nil) {
    var folding = AffineFolding(function, only: only)
    while folding.foldOnce() {}
    function = folding.function
  }

  private mutating func foldOnce() -> Bool {
    uses = UseLists(function)
    edits = OperationEdits()
    var candidates: [(ValueID, Affine)] = []
    function.forEachOperation { operation in
      let y = operation.results.first
      if let y, only?.contains(y) ?? true, let affine = Affine(operation.op, uses, in: function) {
        candidates.append((y, affine))
      }
    }
    for (y, affine) in candidates where !edits.touches(y) && !edits.touches(affine.x) {
      _ = foldIntoRows(y, affine) || foldIntoSum(y, affine) || foldIntoColumns(y, affine)
    }
    edits.apply(to: &function)
    return !edits.isEmpty
  }

  private mutating func foldIntoRows(_ y: ValueID, _ affine: Affine) -> Bool {
    guard affine.scale != nil || only != nil, uses.isReadOnce(affine.x),
      let op = scaled(affine.x, by: affine.scale, plus: affine.shift)
    else { return false }
    edits.replace(affine.x, with: op)
    edits.forward(y, to: affine.x)
    return true
  }

  private mutating func foldIntoSum(_ y: ValueID, _ affine: Affine) -> Bool {
    guard affine.scale != nil || only != nil, uses.isReadOnce(affine.x),
      case .binary(.add, let a, let b)? = uses.op(of: affine.x)
    else { return false }
    for (product, constant) in [(a, b), (b, a)] where !edits.touches(product) {
      guard let symbol = uses.constant(constant), let term = function.vector(symbol),
        uses.isReadOnce(product), let op = scaled(product, by: affine.scale, plus: nil)
      else { continue }
      let shift = term.indices.map { Double(term[$0]) * (affine.scale?[$0] ?? 1) }
      let sum = affine.shift.map { zip(shift, $0).map(+) } ?? shift
      guard let bias = function.addVariant(of: symbol, sum) else { continue }
      edits.replace(product, with: op)
      let value = function.makeValue(function.type(of: constant))
      edits.replace(
        affine.x,
        with: [
          Operation(.constant(bias), results: [value]),
          Operation(.binary(.add, product, value), results: [affine.x]),
        ])
      edits.forward(y, to: affine.x)
      return true
    }
    return false
  }

  /// The product that `value` is, with its rows scaled and `shift` in its bias.
  private mutating func scaled(
    _ value: ValueID, by scale: [Double]?, plus shift: [Double]?
  ) -> Op? {
    guard case .project(let matrix, let x, let bias)? = uses.op(of: value) else { return nil }
    var total = shift
    if let bias, let values = function.vector(bias) {
      let own = values.indices.map { Double(values[$0]) * (scale?[$0] ?? 1) }
      total = shift.map { zip(own, $0).map(+) } ?? own
    }
    var sum: Symbol?
    if let total {
      sum = function.addVariant(of: bias ?? Self.biasName(of: matrix), total)
      if sum == nil { return nil }
    }
    guard let scale else { return .project(matrix: matrix, input: x, bias: sum) }
    guard let rows = function.scaleRows(of: matrix, by: scale) else { return nil }
    return .project(matrix: rows, input: x, bias: sum)
  }

  private static func biasName(of matrix: Symbol) -> Symbol {
    Symbol("\(matrix.variantStem.name).bias")
  }

  private mutating func foldIntoColumns(_ y: ValueID, _ affine: Affine) -> Bool {
    let readers = uses.users(of: y)
    guard !readers.isEmpty, !uses.escapes(y), !isBias(affine) else { return false }
    var changed: [(ValueID, Op)] = []
    for reader in readers {
      guard !edits.touches(reader.results[0]), let op = absorbing(reader.op, affine) else {
        return false
      }
      changed.append((reader.results[0], op))
    }
    for (result, op) in changed { edits.replace(result, with: op) }
    edits.forward(y, to: affine.x)
    return true
  }

  /// Whether this is a product's bias, which costs nothing where it is.
  private func isBias(_ affine: Affine) -> Bool {
    guard affine.scale == nil, case .project? = uses.op(of: affine.x) else { return false }
    return uses.isReadOnce(affine.x)
  }

  /// The product `op` over x in place of scale * x + shift.
  private mutating func absorbing(_ op: Op, _ affine: Affine) -> Op? {
    guard case .project(let matrix, _, var bias) = op else { return nil }
    if let shift = affine.shift {
      guard var total = function.product(matrix, shift) else { return nil }
      if let bias, let own = function.vector(bias) {
        total = zip(own, total).map { Double($0) + $1 }
      }
      bias = function.addVariant(of: bias ?? Self.biasName(of: matrix), total)
      if bias == nil { return nil }
    }
    guard let scale = affine.scale else {
      return .project(matrix: matrix, input: affine.x, bias: bias)
    }
    guard let columns = function.scaleColumns(of: matrix, by: scale) else { return nil }
    return .project(matrix: columns, input: affine.x, bias: bias)
  }
}

/// scale * x + shift; nil stands for 1 and 0.
private struct Affine {
  var x: ValueID
  var scale: [Double]?
  var shift: [Double]?

  /// Reads an operation with one constant operand, if it is affine in the other.
  init?(_ op: Op, _ uses: UseLists, in function: Function) {
    guard case .binary(let f, let a, let b) = op else { return nil }
    func constant(_ value: ValueID) -> [Double]? {
      uses.constant(value).flatMap(function.vector).map { $0.map(Double.init) }
    }
    switch (f, constant(a), constant(b)) {
    case (.multiply, nil, let c?): (x, scale) = (a, c)
    case (.multiply, let c?, nil): (x, scale) = (b, c)
    case (.divide, nil, let c?): (x, scale) = (a, c.map { 1 / $0 })
    case (.add, nil, let c?): (x, shift) = (a, c)
    case (.add, let c?, nil): (x, shift) = (b, c)
    case (.subtract, nil, let c?): (x, shift) = (a, c.map { -$0 })
    case (.subtract, let c?, nil): (x, scale, shift) = (b, c.map { _ in -1 }, c)
    default: return nil
    }
  }
}
