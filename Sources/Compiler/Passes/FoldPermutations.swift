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
    var function = function
    while let folded = foldOne(function) { function = folded }
    function.removeDead()
    return function
  }

  private static func foldOne(_ function: Function) -> Function? {
    let uses = UseLists(function)
    var permutes: [(y: ValueID, x: ValueID, p: [Int])] = []
    function.forEachOperation { operation in
      guard case .permute(let x, let symbol) = operation.op,
        case .permutation(let p)? = function.constants[symbol]
      else { return }
      permutes.append((operation.results[0], x, p))
    }
    for (y, x, p) in permutes {
      let draft = Relayout(function, uses)
      if Relayout.isIdentity(p) { return draft.finish(replacing: y, by: x) }
      var composed = draft
      if composed.compose(y, x, p) { return composed.finish() }
      var down = draft
      if down.sink(y, into: x, p) { return down.finish() }
      var up = draft
      if let source = up.raise(x, by: p, for: y) { return up.finish(replacing: y, by: source) }
    }
    return nil
  }
}
