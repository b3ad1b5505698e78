import IR

extension Pass {
  /// Constant arithmetic, identities, and scales and shifts next to products.
  ///
  /// - Arithmetic, slices, concatenations and permutations of constants are computed here, in
  ///   `Double`, rounded once; not where an operand is infinite or NaN.
  /// - x * 1, x / 1, x + -0, x - +0 and linear(x) are x, bit for bit. x + +0 is not (-0 becomes
  ///   +0) and x * 0 is not 0 (NaN, infinities), so these stay.
  /// - A multiplication or division by a constant, and a shift of a product's input, goes into the
  ///   weights (`AffineFolding`), exact in real arithmetic.
  package static let foldConstants = Pass(
    "fold-constants", "compute constants, drop identities, fold scales into weights"
  ) { function in
    var function = function
    while evaluateOnce(&function) {}
    AffineFolding.run(&function)
    function.removeDead()
    return function
  }

  private static func evaluateOnce(_ function: inout Function) -> Bool {
    let uses = UseLists(function)
    var edits = OperationEdits()
    function.forEachOperation { operation in
      if let x = same(operation.op, uses, in: function) {
        edits.forward(operation.results[0], to: x)
      } else if let symbol = constant(operation.op, uses, in: &function) {
        edits.replace(operation.results[0], with: .constant(symbol))
      }
    }
    edits.apply(to: &function)
    return !edits.isEmpty
  }

  /// The operand that the op returns unchanged.
  private static func same(_ op: Op, _ uses: UseLists, in function: Function) -> ValueID? {
    func isUniform(_ value: ValueID, _ number: Float) -> Bool {
      let values = uses.constant(value).flatMap(function.vector)
      return values?.allSatisfy { $0.bitPattern == number.bitPattern } ?? false
    }
    switch op {
    case .activation(let activation, let x) where activation.function == .linear: return x
    case .binary(.multiply, let x, let c) where isUniform(c, 1): return x
    case .binary(.multiply, let c, let x) where isUniform(c, 1): return x
    case .binary(.divide, let x, let c) where isUniform(c, 1): return x
    case .binary(.add, let x, let c) where isUniform(c, -0.0): return x
    case .binary(.add, let c, let x) where isUniform(c, -0.0): return x
    case .binary(.subtract, let x, let c) where isUniform(c, 0): return x
    default: return nil
    }
  }

  /// What an op over constants gives.
  private static func constant(
    _ op: Op, _ uses: UseLists, in function: inout Function
  ) -> Symbol? {
    let symbols = op.operands.compactMap { uses.constant($0) }
    let vectors = symbols.compactMap { function.vector($0) }
    guard let name = symbols.first, vectors.count == op.operands.count else { return nil }
    let values: [Float]
    switch op {
    case .binary(let f, _, _):
      guard vectors.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
      values = zip(vectors[0], vectors[1]).map { Float(f(Double($0), Double($1))) }
    case .slice(_, let start, let end): values = Array(vectors[0][start..<end])
    case .concat: values = vectors.flatMap { $0 }
    case .permute(_, let symbol):
      guard case .permutation(let p)? = function.constants[symbol] else { return nil }
      values = p.map { vectors[0][$0] }
    default: return nil
    }
    return function.addVariant(of: name, .vector(values))
  }
}

extension BinaryFunction {
  fileprivate func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: min(a, b)
    case .maximum: max(a, b)
    }
  }
}
