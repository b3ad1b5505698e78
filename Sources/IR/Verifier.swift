/// Checks that a function means something: every use sees its one definition, every op's operands
/// and constants fit, every type is the inferred one. It never traps, whatever it is given.
package struct Verifier {
  /// One violation, and the first result of the operation concerned.
  package struct Problem: Sendable {
    package let message: String
    package let value: ValueID?
  }

  let function: Function
  let names: ValueNames
  private var problems: [Problem] = []
  private var defined: Set<ValueID> = []
  private var visible: Set<ValueID> = []
  /// What is visible, in the order of definition.
  private var scope: [ValueID] = []
  private var stateNames: Set<String> = []

  package static func problems(of function: Function) -> [Problem] {
    var verifier = Verifier(function)
    verifier.checkFunction()
    return verifier.problems
  }

  private init(_ function: Function) {
    self.function = function
    names = ValueNames(function)
  }

  mutating func report(_ message: String, at value: ValueID? = nil) {
    problems.append(Problem(message: message, value: value))
  }

  private mutating func checkFunction() {
    for (symbol, constant) in function.constants.sorted(by: { $0.key < $1.key }) {
      if let fault = Self.fault(of: constant) { report("constant '@\(symbol.name)' \(fault)") }
    }
    var parameterNames: Set<String> = []
    for parameter in function.parameters {
      define(parameter.value)
      if !parameterNames.insert(parameter.name).inserted {
        report("two parameters are named '\(parameter.name)'")
      }
    }
    checkBlock(function.body, insideScan: false)
    var resultNames: Set<String> = []
    for result in function.results {
      checkUse(result.value, by: "the result '\(result.name)'", at: nil)
      if !resultNames.insert(result.name).inserted {
        report("two results are named '\(result.name)'")
      }
    }
  }

  private mutating func checkBlock(_ block: [Operation], insideScan: Bool) {
    for operation in block {
      let first = operation.results.first
      if insideScan, operation.op.carriesState {
        report("\(describe(operation)) carries a state and cannot stand in a scan", at: first)
      }
      switch operation.op {
      case .scan(let scan): checkScan(scan, describe(operation), first)
      case .window(_, _, let state), .delay(_, _, let state): checkStateName(state, first)
      default: break
      }
      if case .scan = operation.op {
      } else {
        for operand in operation.op.operands {
          checkUse(operand, by: describe(operation), at: first)
        }
      }
      checkOperation(operation)
      for result in operation.results { define(result) }
    }
  }

  private mutating func checkScan(_ scan: Scan, _ what: String, _ place: ValueID?) {
    let outside = scope.count
    for state in scan.states {
      define(state.before)
      checkStateName(state.name, place)
    }
    checkBlock(scan.body, insideScan: true)
    for state in scan.states {
      checkUse(state.after, by: "the state '\(state.name)'", at: place)
      checkState(state, place)
    }
    for value in scan.yields { checkUse(value, by: "the yield of \(what)", at: place) }
    visible.subtract(scope[outside...])
    scope.removeSubrange(outside...)
  }

  private mutating func checkStateName(_ name: String, _ place: ValueID?) {
    if !stateNames.insert(name).inserted { report("two states are named '\(name)'", at: place) }
  }

  private mutating func checkState(_ state: Scan.State, _ place: ValueID?) {
    guard let before = type(state.before), let after = type(state.after) else { return }
    let text = IRPrinter.text(before)
    if !fits(after, before) || before.element != .f32 {
      report(
        "the state '\(state.name)' is \(text) before a step and \(IRPrinter.text(after)) after",
        at: place)
    }
    guard let initial = state.initial else { return }
    guard case .vector(let values)? = function.constants[initial], values.count == before.count
    else {
      return report("'@\(initial.name)' is not a vector for the \(text) of a state", at: place)
    }
  }

  private mutating func define(_ value: ValueID) {
    guard let type = type(value) else { return report("value \(value.index) has no type") }
    if let width = type.width, width < 1 { report("\(names[value]) is empty", at: value) }
    if !defined.insert(value).inserted { report("\(names[value]) is defined twice", at: value) }
    visible.insert(value)
    scope.append(value)
  }

  private mutating func checkUse(_ value: ValueID, by user: String, at place: ValueID?) {
    if !visible.contains(value) {
      report("\(user) uses \(names[value]), which is not defined before", at: place)
    }
  }

  private mutating func checkOperation(_ operation: Operation) {
    let first = operation.results.first
    if let fault = fault(of: operation.op) {
      return report("\(describe(operation)): \(fault)", at: first)
    }
    let declared = operation.results.map(type)
    let inferred = OpTyping.resultTypes(of: operation.op, in: function)
    let agree = declared.count == inferred.count && zip(declared, inferred).allSatisfy(fits)
    if !agree {
      let expected = inferred.map(IRPrinter.text).joined(separator: ", ")
      report("\(describe(operation)): the result must be \(expected)", at: first)
    }
  }

  /// Whether the types say the same; a scalar serves as a vector of one and the other way round.
  private func fits(_ a: ValueType?, _ b: ValueType) -> Bool {
    a?.element == b.element && a?.count == b.count
  }

  func type(_ value: ValueID) -> ValueType? {
    function.values.indices.contains(value.index) ? function.type(of: value) : nil
  }

  private func describe(_ operation: Operation) -> String {
    "\(operation.results.map { names[$0] }.joined(separator: ", ")) (\(operation.op.mnemonic))"
  }
}

extension Op {
  /// Whether a step of this op depends on earlier steps.
  package var carriesState: Bool {
    switch self {
    case .scan, .window, .delay: true
    default: false
    }
  }
}

/// A function that no pass and no lowering may make: a bug of ours, with every violation.
package struct VerificationError: Error, CustomStringConvertible {
  package let messages: [String]
  package var description: String { messages.joined(separator: "\n") }
}

extension Function {
  /// Throws when the verifier finds anything.
  package func verify() throws(VerificationError) {
    let problems = Verifier.problems(of: self)
    if !problems.isEmpty { throw VerificationError(messages: problems.map(\.message)) }
  }
}
