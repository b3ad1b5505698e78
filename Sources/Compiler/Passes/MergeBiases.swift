import IR

extension Pass {
  /// Constants that a sum adds at several places are added at one: `(W x + b) + (U h + c)` becomes
  /// `(W x + (b + c)) + U h`. Exact in real arithmetic, since only additions are reordered; a
  /// GRU's b_hn with reset after stands inside `r * (...)`, is part of another sum, and stays.
  ///
  /// Canonical form: the one constant is added to the first product of the sum that depends on no
  /// state (its work is hoisted), else to the first such term, the first product, the first term.
  package static let mergeBiases = Pass(
    "merge-biases", "add the constants of a sum once, at its input side"
  ) { function in
    var function = function
    let uses = UseLists(function)
    var forwards: [ValueID: ValueID] = [:]
    function.rewriteBlocks { function, block in
      var merging = BiasMerging(function, block, uses)
      let merged = merging.run(&function)
      forwards.merge(merging.forwards) { _, new in new }
      return merged
    }
    function.replaceUses(forwards)
    function.removeDead()
    return function
  }
}

/// A sum as a tree of additions that nobody else reads.
private indirect enum Sum {
  case constant(Symbol)
  /// A product that only this sum reads, and its bias.
  case product(ValueID, bias: Symbol?)
  case other(ValueID)
  case add(Sum, Sum)

  var terms: [Sum] {
    if case .add(let a, let b) = self { a.terms + b.terms } else { [self] }
  }

  var constants: [Symbol] {
    terms.compactMap { term in
      switch term {
      case .constant(let symbol): symbol
      case .product(_, let bias): bias
      case .other, .add: nil
      }
    }
  }

  var value: ValueID? {
    switch self {
    case .product(let value, _), .other(let value): value
    case .constant, .add: nil
    }
  }

  /// Whether a constant is added to `target` itself, as its bias or by an addition.
  func adds(to target: ValueID) -> Bool {
    switch self {
    case .product(target, .some): true
    case .add(.constant, let b): b.value == target || b.adds(to: target)
    case .add(let a, .constant): a.value == target || a.adds(to: target)
    case .add(let a, let b): a.adds(to: target) || b.adds(to: target)
    case .constant, .product, .other: false
    }
  }
}

/// The sums of one block. The function goes from call to call, so that it is never copied.
private struct BiasMerging {
  private(set) var forwards: [ValueID: ValueID] = [:]
  private let block: [Operation]
  private let uses: UseLists
  private let local: Set<ValueID>
  private let dependent: Set<ValueID>
  private let parameters: Set<ValueID>
  private static let depthLimit = 64
  /// Products whose bias has become part of a sum's constant.
  private var stripped: Set<ValueID> = []

  init(_ function: Function, _ block: [Operation], _ uses: UseLists) {
    self.block = block
    self.uses = uses
    local = Set(block.flatMap(\.results))
    parameters = Set(function.parameters.map(\.value))
    dependent = Self.stateDependent(block, uses, parameters: parameters)
  }

  /// What changes with a scan's states: values that no operation defines, but for the function's
  /// parameters, are states.
  private static func stateDependent(
    _ block: [Operation], _ uses: UseLists, parameters: Set<ValueID>
  ) -> Set<ValueID> {
    var dependent: Set<ValueID> = []
    for operation in block {
      let depends = operation.op.operands.contains {
        dependent.contains($0) || (uses.definitions[$0] == nil && !parameters.contains($0))
      }
      if depends { dependent.formUnion(operation.results) }
    }
    return dependent
  }

  mutating func run(_ function: inout Function) -> [Operation] {
    var merged: [Operation] = []
    for operation in block { merged += merge(operation, in: &function) }
    return merged.map { operation in
      guard case .project(let matrix, let x, _) = operation.op,
        stripped.contains(operation.results[0])
      else { return operation }
      return Operation(.project(matrix: matrix, input: x, bias: nil), results: operation.results)
    }
  }

  /// The operation, after those of the sum that takes its place if it is the root of one.
  private mutating func merge(
    _ operation: Operation, in function: inout Function
  ) -> [Operation] {
    guard case .binary(.add, let a, let b) = operation.op, !isPartOfSum(operation.results[0])
    else { return [operation] }
    let sum = Sum.add(self.sum(a, depth: 1), self.sum(b, depth: 1))
    let constants = sum.constants
    guard !constants.isEmpty, let target = target(in: sum.terms),
      constants.count > 1 || !sum.adds(to: target), let total = total(constants, in: function)
    else { return [operation] }
    let constant = function.addVariant(of: constants[0], .vector(total))
    var rebuilding = Rebuilding(target: target, constant: constant)
    forwards[operation.results[0]] = rebuilding.rebuild(sum, in: &function)!
    for case .product(let value, .some) in sum.terms { stripped.insert(value) }
    return rebuilding.operations + [operation]
  }

  /// Whether `value` is an addition of this block that only another one reads.
  private func isPartOfSum(_ value: ValueID) -> Bool {
    guard uses.isReadOnce(value), local.contains(value),
      case .binary(.add, _, _)? = uses.op(of: value),
      let user = uses.users(of: value).first, case .binary(.add, _, _) = user.op
    else { return false }
    return local.contains(user.results[0])
  }

  /// The tree of `value`, not deeper than any model needs.
  private func sum(_ value: ValueID, depth: Int) -> Sum {
    switch uses.op(of: value) {
    case .binary(.add, let a, let b) where depth < Self.depthLimit && isPartOfSum(value):
      return .add(sum(a, depth: depth + 1), sum(b, depth: depth + 1))
    case .constant(let symbol): return .constant(symbol)
    case .project(_, _, let bias) where local.contains(value) && uses.isReadOnce(value):
      return .product(value, bias: bias)
    default: return .other(value)
    }
  }

  private func vector(_ symbol: Symbol, in function: Function) -> [Float] {
    guard case .vector(let values)? = function.constants[symbol] else {
      preconditionFailure("'@\(symbol.name)' is not a vector")
    }
    return values
  }

  private func target(in terms: [Sum]) -> ValueID? {
    func isProduct(_ term: Sum) -> Bool { if case .product = term { true } else { false } }
    func isInput(_ term: Sum) -> Bool { term.value.map { !isDependent($0) } ?? false }
    let found =
      terms.first { isProduct($0) && isInput($0) } ?? terms.first(where: isInput)
      ?? terms.first(where: isProduct) ?? terms.first { $0.value != nil }
    return found?.value
  }

  private func isDependent(_ value: ValueID) -> Bool {
    dependent.contains(value)
      || (uses.definitions[value] == nil && !parameters.contains(value))
  }

  /// The sum of the constants; nil where it would overflow.
  private func total(_ constants: [Symbol], in function: Function) -> [Float]? {
    let vectors = constants.map { vector($0, in: function) }
    let total = vectors[0].indices.map { i in Float(vectors.reduce(0) { $0 + Double($1[i]) }) }
    return total.allSatisfy(\.isFinite) ? total : nil
  }
}

/// Writes a sum again, without its constants but for one.
private struct Rebuilding {
  var operations: [Operation] = []
  private let target: ValueID
  private let constant: Symbol
  private var isPlaced = false

  init(target: ValueID, constant: Symbol) {
    self.target = target
    self.constant = constant
  }

  /// The value of what is left of `sum`, if anything is.
  mutating func rebuild(_ sum: Sum, in function: inout Function) -> ValueID? {
    switch sum {
    case .constant: return nil
    case .product(let value, _), .other(let value):
      if value != target || isPlaced { return value }
      isPlaced = true
      let bias = append(.constant(constant), like: value, in: &function)
      return append(.binary(.add, value, bias), like: value, in: &function)
    case .add(let a, let b):
      let (a, b) = (rebuild(a, in: &function), rebuild(b, in: &function))
      guard let a, let b else { return a ?? b }
      return append(.binary(.add, a, b), like: a, in: &function)
    }
  }

  private mutating func append(
    _ op: Op, like value: ValueID, in function: inout Function
  ) -> ValueID {
    let result = function.makeValue(function.type(of: value))
    operations.append(Operation(op, results: [result]))
    return result
  }
}
