/// Who defines and who reads each value of a function, as it was when the lists were made.
package struct UseLists {
  package let definitions: [ValueID: Operation]
  /// Where operations stand in the text, by their first result.
  private var places: [ValueID: Int] = [:]
  private var readers: [ValueID: [Operation]] = [:]
  private var escaping: Set<ValueID> = []

  package init(_ function: Function) {
    definitions = function.definitions()
    function.forEachOperation { operation in
      if let first = operation.results.first { places[first] = places.count }
      if case .scan(let scan) = operation.op {
        escaping.formUnion(scan.yields)
        escaping.formUnion(scan.states.map(\.after))
      } else {
        for operand in operation.op.operands { readers[operand, default: []].append(operation) }
      }
    }
    escaping.formUnion(function.results.map(\.value))
  }

  /// The operations that read `value`, once per mention, wherever they stand.
  package func users(of value: ValueID) -> [Operation] { readers[value] ?? [] }

  /// Where an operation stands among all, in the order of the text.
  package func place(of operation: Operation) -> Int { places[operation.results[0]]! }

  /// Whether something other than an operation reads `value`: a state, a yield, a result.
  package func escapes(_ value: ValueID) -> Bool { escaping.contains(value) }

  /// Whether one operation reads `value`, once, and nothing else does.
  package func isReadOnce(_ value: ValueID) -> Bool {
    users(of: value).count == 1 && !escapes(value)
  }

  /// The op that defines `value`; nil for parameters and states.
  package func op(of value: ValueID) -> Op? { definitions[value]?.op }

  /// The constant that `value` is, if it is one.
  package func constant(_ value: ValueID) -> Symbol? {
    guard case .constant(let symbol)? = op(of: value) else { return nil }
    return symbol
  }
}

/// Changes to operations, collected by the operations' first result and made all at once.
package struct OperationEdits {
  private var replacements: [ValueID: [Operation]] = [:]
  private var forwards: [ValueID: ValueID] = [:]

  package init() {}

  package var isEmpty: Bool { replacements.isEmpty && forwards.isEmpty }

  /// Whether the operation that defines `value` has been changed, or `value` has been replaced.
  package func touches(_ value: ValueID) -> Bool {
    replacements[value] != nil || forwards[value] != nil
  }

  /// Lets `operations` stand in the place of the operation whose first result is `value`.
  package mutating func replace(_ value: ValueID, with operations: [Operation]) {
    replacements[value] = operations
  }

  /// Changes what the operation that defines `value` computes.
  package mutating func replace(_ value: ValueID, with op: Op) {
    replace(value, with: [Operation(op, results: [value])])
  }

  /// Makes all uses of `value` read `other`, and removes the operation that defines `value` alone.
  package mutating func forward(_ value: ValueID, to other: ValueID) { forwards[value] = other }

  package func apply(to function: inout Function) {
    if isEmpty { return }
    function.rewriteOperations { _, operation in
      guard let value = operation.results.first else { return nil }
      if operation.results.count == 1, forwards[value] != nil { return [] }
      return replacements[value]
    }
    function.replaceUses(forwards)
  }
}
