/// What passes share: walking, counting, replacing. All of it looks into scan bodies.
extension Function {
  /// Calls `body` for every operation, an enclosing scan before the operations of its body.
  package func forEachOperation(_ body: (Operation) -> Void) {
    func walk(_ block: [Operation]) {
      for operation in block {
        body(operation)
        if case .scan(let scan) = operation.op { walk(scan.body) }
      }
    }
    walk(self.body)
  }

  /// The defining operation of every value that an operation defines, by value.
  package func definitions() -> [ValueID: Operation] {
    var found: [ValueID: Operation] = [:]
    forEachOperation { operation in
      for result in operation.results { found[result] = operation }
    }
    return found
  }

  /// How often each value is read, by `ValueID.index`: by operations, as a state's value after the
  /// step, as a yield, as a result of the function.
  package func useCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: values.count)
    for operation in body { operation.op.forEachUse { counts[$0.index] += 1 } }
    for result in results { counts[result.value.index] += 1 }
    return counts
  }

  /// Makes every use of a key read its value instead, following chains.
  package mutating func replaceUses(_ replacements: [ValueID: ValueID]) {
    if replacements.isEmpty { return }
    func final(_ value: ValueID) -> ValueID {
      var value = value
      while let next = replacements[value] { value = next }
      return value
    }
    body = body.map { Operation($0.op.mapOperands(final), results: $0.results) }
    for index in results.indices { results[index].value = final(results[index].value) }
  }

  /// Replaces every block by what `transform` makes of it, the bodies of scans before the block
  /// that holds them. `transform` may add values and constants to the function it is given, whose
  /// `body` means nothing meanwhile.
  package mutating func rewriteBlocks(
    _ transform: (inout Function, [Operation]) -> [Operation]
  ) {
    func rewritten(_ block: [Operation], in function: inout Function) -> [Operation] {
      let inner = block.map { operation in
        guard case .scan(var scan) = operation.op else { return operation }
        scan.body = rewritten(scan.body, in: &function)
        return Operation(.scan(scan), results: operation.results)
      }
      return transform(&function, inner)
    }
    body = rewritten(body, in: &self)
  }

  /// Replaces operations one by one: `transform` returns what stands in an operation's place, or
  /// nil to leave it.
  package mutating func rewriteOperations(
    _ transform: (inout Function, Operation) -> [Operation]?
  ) {
    rewriteBlocks { function, block in
      block.flatMap { transform(&function, $0) ?? [$0] }
    }
  }

  /// Removes operations that no result of the function depends on, yields of scans that nobody
  /// reads, and constants that nobody names. A scan that stays keeps all its states, since they are
  /// part of what `run --state-out` saves.
  package mutating func removeDead() {
    var live = Set(results.map(\.value))
    body = Self.liveOperations(body, live: &live)
    var named: Set<Symbol> = []
    forEachOperation { named.formUnion($0.op.symbols) }
    constants = constants.filter { named.contains($0.key) }
  }

  private static func liveOperations(_ block: [Operation], live: inout Set<ValueID>) -> [Operation]
  {
    var kept: [Operation] = []
    for var operation in block.reversed() where operation.results.contains(where: live.contains) {
      if case .scan(var scan) = operation.op {
        let read = scan.yields.indices.filter { live.contains(operation.results[$0]) }
        operation.results = read.map { operation.results[$0] }
        scan.yields = read.map { scan.yields[$0] }
        live.formUnion(scan.yields)
        live.formUnion(scan.states.map(\.after))
        scan.body = liveOperations(scan.body, live: &live)
        operation.op = .scan(scan)
      } else {
        live.formUnion(operation.op.operands)
      }
      kept.append(operation)
    }
    return kept.reversed()
  }
}
