/// A model as IR: what happens to a sequence, step by step.
package struct Function: Hashable, Sendable {
  package struct Parameter: Hashable, Sendable {
    package var name: String
    package var value: ValueID
  }

  package struct Result: Hashable, Sendable {
    package var name: String
    package var value: ValueID
  }

  package var name: String
  package var parameters: [Parameter] = []
  package var body: [Operation] = []
  package var results: [Result] = []
  /// Types by `ValueID.index`. Ids of removed values stay unused.
  package var values: [ValueType] = []
  package var constants: [Symbol: Constant] = [:]

  package init(name: String) { self.name = name }

  package func type(of value: ValueID) -> ValueType { values[value.index] }

  /// A new value of the given type, not yet defined by any operation.
  package mutating func makeValue(_ type: ValueType) -> ValueID {
    values.append(type)
    return ValueID(values.count - 1)
  }

  /// Stores a constant under `name`, or under `name.1`, `name.2` ... when that is taken by another.
  package mutating func addConstant(named name: Symbol, _ constant: Constant) -> Symbol {
    var symbol = name
    var suffix = 0
    while let existing = constants[symbol], existing != constant {
      suffix += 1
      symbol = Symbol("\(name.name).\(suffix)")
    }
    constants[symbol] = constant
    return symbol
  }
}
