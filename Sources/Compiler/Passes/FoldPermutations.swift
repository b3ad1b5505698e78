import IR

extension Pass {
  /// Permutations (shuffles among them) go into weights. For each y = permute x, the first of:
  ///
  /// - the identity goes; a permutation of a permutation becomes one;
  /// - down: everything that reads y reads x instead, until products take the permutation into
  ///   their columns. It passes elementwise operations, norms, softmax, `concat`, and slices of
  ///   what is contiguous in x;
  /// - up: the work before y, if nobody else reads it, computes y at once, back to products,
  ///   embeddings and constants, which take the permutation into their rows.
  ///
  /// A matrix takes a permutation only if its structure can hold the result: a block-diagonal one
  /// takes what permutes whole blocks or inside blocks. Scans, windows, delays and results keep
  /// their order, since users see it. Where neither way is open all through, y stays as it is.
  package static let foldPermutations = Pass(
    "fold-permutations", "fold permutations into the weights around them"
  ) { function in
    var function = composed(function)
    while let folded = foldOnce(function) { function = folded }
    function.removeDead()
    return function
  }

  /// Permutations of permutations as permutations of the first's input, however long the chain.
  private static func composed(_ function: Function) -> Function {
    var function = function
    let uses = UseLists(function)
    var known: [ValueID: (source: ValueID, p: [Int])] = [:]
    var edits = OperationEdits()
    for (y, x, p) in permutes(of: function) {
      let (source, q) = known[x] ?? (x, Array(p.indices))
      let both = p.map { q[$0] }
      known[y] = (source, both)
      if Relayout.isIdentity(both) {
        edits.forward(y, to: source)
      } else if source != x && !isReadByPermutesAlone(y, uses) {
        let symbol = function.addConstant(named: Symbol("permutation"), .permutation(both))
        edits.replace(y, with: .permute(source, symbol))
      }
    }
    edits.apply(to: &function)
    function.removeDead()
    return function
  }

  /// Such a value is dead as soon as its readers read the source.
  private static func isReadByPermutesAlone(_ value: ValueID, _ uses: UseLists) -> Bool {
    let isPermute = uses.users(of: value).map { if case .permute = $0.op { true } else { false } }
    return !uses.escapes(value) && isPermute.allSatisfy { $0 }
  }

  private static func permutes(
    of function: Function
  ) -> [(y: ValueID, x: ValueID, p: [Int])] {
    var found: [(y: ValueID, x: ValueID, p: [Int])] = []
    function.forEachOperation { operation in
      guard case .permute(let x, let symbol) = operation.op,
        case .permutation(let p)? = function.constants[symbol]
      else { return }
      found.append((operation.results[0], x, p))
    }
    return found
  }

  /// Folds what can be folded side by side; nil when that is nothing.
  private static func foldOnce(_ function: Function) -> Function? {
    var draft = Relayout(function, UseLists(function))
    for (y, x, p) in permutes(of: function) { fold(y, x, p, &draft) }
    return draft.isEmpty ? nil : draft.finish()
  }

  private static func fold(_ y: ValueID, _ x: ValueID, _ p: [Int], _ draft: inout Relayout) {
    let ways: [(inout Relayout) -> Bool] = [
      { draft in
        if Relayout.isIdentity(p) { draft.forward(y, to: x) }
        return Relayout.isIdentity(p)
      },
      { $0.compose(y, x, p) },
      { $0.sink(y, into: x, p) },
      { draft in
        guard let source = draft.raise(x, by: p, for: y) else { return false }
        draft.forward(y, to: source)
        return true
      },
    ]
    // A way that must wait comes before the next one.
    for way in ways where draft.attempt(way) != .failed { return }
  }
}
