import Diagnostics

/// The two operations with a block of their own.
extension IRParser {
  /// `"name" : types { states, operations, next values, yields }`.
  mutating func parseScan(
    _ definitions: [(name: IRToken.IRName, span: SourceSpan)]
  ) throws(InputError) -> Operation {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw fault(token.span, "scans are nested too deeply") }
    try advance()
    guard case .string(let name) = token.kind else { throw unexpected("the scan's name") }
    try advance()
    try expect(":")
    var types: [ValueType] = []
    for index in definitions.indices {
      if index > 0 { try expect(",") }
      types.append(try parseType())
    }
    try expect("{")
    var scan = Scan(name: name, states: [], body: [], yields: [])
    while try accept("state") { scan.states.append(try parseState()) }
    scan.body = try parseBlock(until: ["next", "yield"])
    for index in scan.states.indices { try parseNext(&scan.states[index]) }
    try expectWord("yield")
    for index in definitions.indices {
      if index > 0 { try expect(",") }
      scan.yields.append(try expectValue())
    }
    try expect("}")
    var results: [ValueID] = []
    for (definition, type) in zip(definitions, types) {
      results.append(try define(definition.name, type, at: definition.span))
    }
    return Operation(.scan(scan), results: results)
  }

  /// `%name ["state name"]: type = zero` or `= @initial`.
  private mutating func parseState() throws(InputError) -> Scan.State {
    let (name, span) = try expectName()
    let label = try parseLabel(name, span)
    try expect(":")
    let before = try define(name, try parseType(), at: span)
    try expect("=")
    let initial = try accept("zero") ? nil : try expectSymbol()
    return Scan.State(name: label, before: before, after: before, initial: initial)
  }

  private mutating func parseLabel(
    _ name: IRToken.IRName, _ span: SourceSpan
  ) throws(InputError) -> String {
    if case .string(let label) = token.kind {
      try advance()
      return label
    }
    guard case .named(let text) = name else {
      throw fault(span, "a numbered state needs its name in quotes")
    }
    return text
  }

  private mutating func parseNext(_ state: inout Scan.State) throws(InputError) {
    try expectWord("next")
    let span = token.span
    guard try expectValue() == state.before else {
      throw fault(span, "the next values must stand in the order of the states")
    }
    try expect("=")
    state.after = try expectValue()
  }

  /// `(r0 = %a, r1 = %b)`.
  mutating func parsePointwiseInputs() throws(InputError) -> Op {
    var inputs: [ValueID] = []
    try expect("(")
    repeat {
      try expectWord("r\(inputs.count)")
      try expect("=")
      inputs.append(try expectValue())
    } while try accept(",")
    try expect(")")
    return .pointwise(
      PointwiseProgram(inputCount: inputs.count, instructions: [], outputs: []), inputs)
  }

  /// `{ r2 = add r0, r1  ...  yield r4 }`.
  mutating func parseProgram(_ program: inout PointwiseProgram) throws(InputError) {
    try expect("{")
    while try !accept("yield") {
      try expectWord("r\(program.inputCount + program.instructions.count)")
      try expect("=")
      program.instructions.append(try parseInstruction(program))
    }
    repeat { program.outputs.append(try parseRegister(program)) } while try accept(",")
    try expect("}")
  }

  private mutating func parseInstruction(
    _ program: PointwiseProgram
  ) throws(InputError) -> PointwiseProgram.Instruction {
    guard case .word(let word) = token.kind else { throw unexpected("an instruction") }
    let span = token.span
    try advance()
    if let function = BinaryFunction(rawValue: word) {
      let a = try parseRegister(program)
      try expect(",")
      return .binary(function, a, try parseRegister(program))
    }
    if word == "prelu" {
      let x = try parseRegister(program)
      try expect(",")
      try expectWord("slope")
      return .prelu(x, slope: try parseRegister(program))
    }
    guard let activation = try parseActivation(word) else {
      throw fault(span, "unknown instruction '\(word)'")
    }
    return .activation(activation, try parseRegister(program))
  }

  private mutating func parseRegister(_ program: PointwiseProgram) throws(InputError) -> Int {
    let known = program.inputCount + program.instructions.count
    guard case .word(let word) = token.kind, word.hasPrefix("r"),
      let register = Int(word.dropFirst()), (0..<known).contains(register)
    else { throw unexpected("a register defined before") }
    try advance()
    return register
  }
}
