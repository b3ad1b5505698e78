import IR

extension Pass {
  /// Moves operations of a scan's body that depend on no state, directly or through others, in
  /// front of the scan, where they work on whole sequences: one panel product instead of one vector
  /// product per step. A streaming step is a sequence of one, so this costs it nothing.
  ///
  /// Canonical form: constants and slices cost nothing, so they stay where they are read. One that
  /// a moved operation reads is copied in front of the scan with it.
  package static let hoistInputProjection = Pass(
    "hoist-input-projection", "move work that no state is part of in front of the scan"
  ) { function in
    var function = function
    function.rewriteBlocks { function, block in
      block.flatMap { operation -> [Operation] in
        guard case .scan(let scan) = operation.op else { return [operation] }
        var hoisting = Hoisting(scan, in: function)
        let moved = hoisting.run()
        function = hoisting.function
        return moved + [Operation(.scan(hoisting.scan), results: operation.results)]
      }
    }
    function.removeDead()
    return function
  }
}

private struct Hoisting {
  var function: Function
  var scan: Scan
  private var moved: [Operation] = []
  /// The free operations (constants, slices) of the body whose operands can be read outside.
  private var free: [ValueID: Operation] = [:]
  /// What a free operation's copy in front of the scan defines.
  private var copies: [ValueID: ValueID] = [:]

  init(_ scan: Scan, in function: Function) {
    self.scan = scan
    self.function = function
  }

  /// Takes the movable operations out of the body and returns them.
  mutating func run() -> [Operation] {
    var dependent = Set(scan.states.map(\.before))
    var kept: [Operation] = []
    for operation in scan.body {
      if operation.op.operands.contains(where: dependent.contains) {
        dependent.formUnion(operation.results)
        kept.append(operation)
        continue
      }
      switch operation.op {
      case .constant, .slice:
        free[operation.results[0]] = operation
        kept.append(operation)
      default:
        let op = operation.op.mapOperands { copy(of: $0) }
        moved.append(Operation(op, results: operation.results))
      }
    }
    scan.body = kept
    return moved
  }

  /// `value` as it can be read in front of the scan.
  private mutating func copy(of value: ValueID) -> ValueID {
    if let known = copies[value] { return known }
    guard let operation = free[value] else { return value }
    let op = operation.op.mapOperands { copy(of: $0) }
    let copied = function.makeValue(function.type(of: value))
    moved.append(Operation(op, results: [copied]))
    copies[value] = copied
    return copied
  }
}
