import IR

/// Changing constants so that the result is still exact: the passes that fold work into weights
/// leave the work where it is when a change here returns nil.
extension Function {
  /// A matrix like `symbol` with the dense row-major entries of every gate changed by `edit`, in
  /// the same structure; nil when `edit` refuses or the structure cannot hold the result.
  ///
  /// Works for every structure by way of `densify` and `extract`, so it costs rows x columns; a
  /// structured matrix whose dense form has more than 2^24 entries is refused.
  mutating func editMatrix(_ symbol: Symbol, _ edit: (inout [Float]) -> Bool) -> Symbol? {
    guard case .matrix(let type, let stored)? = constants[symbol] else { return nil }
    let kind = type.structure.kind
    let perGate = kind.storedCount(rows: type.rows, columns: type.columns)
    if type.structure != .dense(Dense()), type.rows > (1 << 24) / type.columns { return nil }
    var changed: [Float] = []
    changed.reserveCapacity(stored.count)
    for gate in 0..<type.gates {
      let own = Array(stored[gate * perGate..<(gate + 1) * perGate])
      var dense = kind.densify(own, rows: type.rows, columns: type.columns)
      guard edit(&dense) else { return nil }
      let found = kind.extract(dense, rows: type.rows, columns: type.columns, tolerance: 0)
      guard found.violations == 0 else { return nil }
      changed += found.stored
    }
    return addVariant(of: symbol, .matrix(type, changed))
  }

  /// y[i] = x[p[i]] for the rows of a matrix of one gate.
  mutating func permuteRows(of symbol: Symbol, by p: [Int]) -> Symbol? {
    guard case .matrix(let type, _)? = constants[symbol], type.gates == 1 else { return nil }
    return editMatrix(symbol) { dense in
      dense = p.flatMap { dense[$0 * type.columns..<($0 + 1) * type.columns] }
      return true
    }
  }

  /// The matrix that gives for x what `symbol` gives for y[i] = x[p[i]].
  mutating func permuteColumns(of symbol: Symbol, by p: [Int]) -> Symbol? {
    guard case .matrix(let type, _)? = constants[symbol] else { return nil }
    return editMatrix(symbol) { dense in
      let old = dense
      for row in 0..<type.rows {
        let start = row * type.columns
        for column in 0..<type.columns { dense[start + p[column]] = old[start + column] }
      }
      return true
    }
  }

  /// The matrix that gives y' for x' where x'[p[i]] = x[i] and y'[p[i]] = y[i]; one gate, square.
  mutating func permuteBoth(of symbol: Symbol, by p: [Int]) -> Symbol? {
    guard case .matrix(let type, _)? = constants[symbol], type.gates == 1, type.rows == p.count,
      type.columns == p.count
    else { return nil }
    return editMatrix(symbol) { dense in
      let old = dense
      for row in p.indices {
        for column in p.indices {
          dense[p[row] * p.count + p[column]] = old[row * p.count + column]
        }
      }
      return true
    }
  }

  /// Row r of gate g times scale[g rows + r].
  mutating func scaleRows(of symbol: Symbol, by scale: [Double]) -> Symbol? {
    guard case .matrix(let type, _)? = constants[symbol] else { return nil }
    var gate = -1
    return editMatrix(symbol) { dense in
      gate += 1
      return Self.scale(&dense) { scale[gate * type.rows + $0 / type.columns] }
    }
  }

  /// Column c times scale[c].
  mutating func scaleColumns(of symbol: Symbol, by scale: [Double]) -> Symbol? {
    guard case .matrix(let type, _)? = constants[symbol] else { return nil }
    return editMatrix(symbol) { dense in Self.scale(&dense) { scale[$0 % type.columns] } }
  }

  /// False where a product leaves the normal range of f32, and folding would lose more than half
  /// a unit in the last place.
  private static func scale(_ dense: inout [Float], _ factor: (Int) -> Double) -> Bool {
    for i in dense.indices {
      let exact = Double(dense[i]) * factor(i)
      dense[i] = Float(exact)
      if !(dense[i].isNormal || exact == 0) { return false }
    }
    return true
  }

  /// The matrix times x, added up in `Double`: `[gates rows]`.
  func product(_ symbol: Symbol, _ x: [Double]) -> [Double]? {
    guard case .matrix(let type, let stored)? = constants[symbol] else { return nil }
    let kind = type.structure.kind
    let perGate = kind.storedCount(rows: type.rows, columns: type.columns)
    if type.structure != .dense(Dense()), type.rows > (1 << 24) / type.columns { return nil }
    return (0..<type.gates).flatMap { gate -> [Double] in
      let own = Array(stored[gate * perGate..<(gate + 1) * perGate])
      let dense = kind.densify(own, rows: type.rows, columns: type.columns)
      return (0..<type.rows).map { row in
        x.indices.reduce(0) { $0 + Double(dense[row * type.columns + $1]) * x[$1] }
      }
    }
  }

  /// The elements of a constant vector.
  func vector(_ symbol: Symbol) -> [Float]? {
    guard case .vector(let values)? = constants[symbol] else { return nil }
    return values
  }

  /// A constant vector made from others, rounded to f32; nil where that overflows.
  mutating func addVariant(of symbol: Symbol, _ values: [Double]) -> Symbol? {
    let rounded = values.map { Float($0) }
    return rounded.allSatisfy(\.isFinite) ? addVariant(of: symbol, .vector(rounded)) : nil
  }

  /// Stores what has become of a constant, under `name.v1`, `name.v2` ... where `name` is taken.
  mutating func addVariant(of symbol: Symbol, _ constant: Constant) -> Symbol {
    let stem = symbol.variantStem
    var variant = stem
    var number = 0
    while let existing = constants[variant], existing != constant {
      number += 1
      variant = Symbol("\(stem.name).v\(number)")
    }
    constants[variant] = constant
    return variant
  }
}

extension Symbol {
  /// The name without a variant's number.
  var variantStem: Symbol {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return self }
    let suffix = name[dot...].dropFirst()
    let isVariant =
      suffix.first == "v" && suffix.count > 1 && suffix.dropFirst().allSatisfy(\.isNumber)
    return isVariant ? Symbol(String(name[..<dot])) : self
  }
}
