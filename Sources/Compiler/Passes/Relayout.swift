import IR

/// Attempts at changing the order of elements of some values, on a draft of the function. Used by
/// `fold-permutations`.
///
/// A value v *in layout p* holds v[i] of the original function at place p[i].
///
/// One draft takes the edits of many attempts, as long as none looks at what another has changed:
/// every value that an attempt asks about is noted (`seen`).
struct Relayout {
  var function: Function
  private let uses: UseLists
  /// How far `raise` has gone back; a longer way is given up.
  var depth = 0
  static let depthLimit = 64
  /// What has been decided so far, by an operation's first result.
  private var edited: [ValueID: Op] = [:]
  /// Constants that operations need in front of them.
  private var prefixes: [ValueID: [Operation]] = [:]
  private var forwards: [ValueID: ValueID] = [:]
  /// What this attempt has asked about or changed, and what earlier ones had.
  private var seen: Set<ValueID> = []
  private var settled: Set<ValueID> = []

  init(_ function: Function, _ uses: UseLists) {
    self.function = function
    self.uses = uses
  }

  var isEmpty: Bool { edited.isEmpty && forwards.isEmpty }

  /// Makes `attempt` on this draft and keeps what it has changed if it returns true and has met
  /// nothing that an earlier one has touched.
  mutating func attempt(_ attempt: (inout Relayout) -> Bool) -> Attempt {
    var draft = self
    draft.seen = []
    let succeeded = attempt(&draft)
    guard settled.isDisjoint(with: draft.seen) else { return .postponed }
    guard succeeded else { return .failed }
    draft.settled.formUnion(draft.seen)
    self = draft
    return .done
  }

  enum Attempt {
    case done, failed
    /// It has met what another attempt has changed: to be made again on a new draft.
    case postponed
  }

  /// The changed function.
  func finish() -> Function {
    var edits = OperationEdits()
    for (result, op) in edited {
      edits.replace(result, with: (prefixes[result] ?? []) + [Operation(op, results: [result])])
    }
    for (value, replacement) in forwards { edits.forward(value, to: replacement) }
    var changed = function
    edits.apply(to: &changed)
    changed.removeDead()
    return changed
  }

  // MARK: Questions

  mutating func op(of value: ValueID) -> Op? {
    seen.insert(value)
    return edited[value] ?? uses.op(of: value)
  }

  mutating func escapes(_ value: ValueID) -> Bool {
    seen.insert(value)
    return uses.escapes(value)
  }

  mutating func isReadOnce(_ value: ValueID) -> Bool {
    seen.insert(value)
    return uses.isReadOnce(value)
  }

  /// The operations that read `value`, by their places in the text.
  mutating func readers(of value: ValueID) -> [Int: Operation] {
    seen.insert(value)
    let readers = uses.users(of: value).map { (uses.place(of: $0), $0) }
    return Dictionary(readers) { first, _ in first }
  }

  // MARK: Changes

  mutating func edit(_ value: ValueID, _ op: Op) {
    seen.insert(value)
    if let before = self.op(of: value) { seen.formUnion(before.operands) }
    seen.formUnion(op.operands)
    edited[value] = op
  }

  /// Lets all that reads `value` read `replacement`.
  mutating func forward(_ value: ValueID, to replacement: ValueID) {
    seen.formUnion([value, replacement])
    seen.formUnion(uses.users(of: value).flatMap(\.results))
    forwards[value] = replacement
  }

  /// Defines a constant in front of the operation with the result `reader`.
  mutating func constant(_ symbol: Symbol, before reader: ValueID) -> ValueID {
    let value = function.makeValue(.vector(function.vector(symbol)?.count ?? 0))
    prefixes[reader, default: []].append(Operation(.constant(symbol), results: [value]))
    return value
  }

  mutating func permutation(_ p: [Int]) -> Symbol {
    function.addConstant(named: Symbol("permutation"), .permutation(p))
  }

  /// y[i] = x[p[i]] for a constant vector.
  mutating func permuteVector(_ symbol: Symbol, by p: [Int]) -> Symbol? {
    guard let values = function.vector(symbol) else { return nil }
    return function.addVariant(of: symbol, .vector(p.map { values[$0] }))
  }

  /// The same norm over permuted features; nil for other ops.
  mutating func permuteNorm(_ op: Op, over x: ValueID, by p: [Int]) -> Op? {
    switch op {
    case .layerNorm(_, let weight, let bias, let epsilon):
      guard let w = permuteVector(weight, by: p), let b = permuteVector(bias, by: p) else {
        return nil
      }
      return .layerNorm(x, weight: w, bias: b, epsilon: epsilon)
    case .batchNorm(_, let mean, let variance, let weight, let bias, let epsilon):
      guard let m = permuteVector(mean, by: p), let v = permuteVector(variance, by: p),
        let w = permuteVector(weight, by: p), let b = permuteVector(bias, by: p)
      else { return nil }
      return .batchNorm(x, mean: m, variance: v, weight: w, bias: b, epsilon: epsilon)
    default: return nil
    }
  }

  /// Makes y = x[p] one operation where x is itself a permutation or a constant.
  mutating func compose(_ y: ValueID, _ x: ValueID, _ p: [Int]) -> Bool {
    switch op(of: x) {
    case .permute(let source, let symbol):
      guard case .permutation(let q)? = function.constants[symbol] else { return false }
      edit(y, .permute(source, permutation(p.map { q[$0] })))
      return true
    case .constant(let symbol):
      guard let permuted = permuteVector(symbol, by: p) else { return false }
      edit(y, .constant(permuted))
      return true
    default: return false
    }
  }

  static func isIdentity(_ p: [Int]) -> Bool { p.indices.allSatisfy { p[$0] == $0 } }

  static func inverse(_ p: [Int]) -> [Int] {
    var inverse = p
    for (i, place) in p.enumerated() { inverse[place] = i }
    return inverse
  }
}
