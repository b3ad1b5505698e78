import IR

extension Pass {
  /// Of operations of one block that compute the same from the same, all but the first go: a
  /// cell's repeated constants above all. Whatever carries a state of its own is left alone.
  package static let eliminateCommonSubexpressions = Pass(
    "eliminate-common-subexpressions", "compute what is the same once"
  ) { function in
    var function = function
    var forwards: [ValueID: ValueID] = [:]
    function.rewriteBlocks { _, block in
      var known: [Op: [ValueID]] = [:]
      return block.filter { operation in
        let op = operation.op.mapOperands { forwards[$0] ?? $0 }
        if op.carriesState { return true }
        guard let earlier = known[op] else {
          known[op] = operation.results
          return true
        }
        for (result, same) in zip(operation.results, earlier) { forwards[result] = same }
        return false
      }
    }
    function.replaceUses(forwards)
    return function
  }
}
