import Tensors

/// A plan's text does not follow the form of `PlanPrinter`.
package struct PlanTextError: Error, Sendable, Equatable, CustomStringConvertible {
  package let line: Int
  package let reason: String
  package var description: String { "line \(line): \(reason)" }
}

/// Reads what `PlanPrinter` writes, for tests of plans written by hand. The weights come back as
/// zeros. Words before `=` in calls are not looked at.
package struct PlanParser {
  private var plan = Plan(name: "", isa: "", tile: 1)

  package static func parse(_ text: String) throws(PlanTextError) -> Plan {
    var parser = PlanParser()
    var number = 0
    for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      var scanner = PlanLineScanner(line: number, text: line)
      if !scanner.isAtEnd { try parser.parse(&scanner) }
    }
    return parser.plan
  }

  private mutating func parse(_ line: inout PlanLineScanner) throws(PlanTextError) {
    if line.take("%") { return try parseBuffer(&line) }
    let word = try line.word()
    switch word {
    case "plan": try parseHeader(&line)
    case "memory": try parseMemory(&line)
    case "threads": try parseThreads(&line)
    case "input": plan.inputs.append(try parsePort(&line))
    case "output": plan.outputs.append(try parsePort(&line))
    case "state": try parseState(&line)
    case "wavefront":
      try line.expect("rows")
      plan.wavefront = Wavefront(rows: try line.integer(), starts: [])
    case "stage":
      guard plan.wavefront != nil else { throw line.error("a stage, and there is no wavefront") }
      plan.wavefront!.starts.append(plan.steps.count)
    case "loop": plan.steps.append(.loop(count: try line.integer()))
    default: plan.steps.append(.call(try parseCall(word, &line)))
    }
    try line.expectEnd()
  }

  private mutating func parseHeader(_ line: inout PlanLineScanner) throws(PlanTextError) {
    plan.name = try line.string()
    try line.expect("isa")
    plan.isa = try line.word()
    try line.expect("tile")
    plan.tile = try line.integer()
    if line.take("rate") { plan.rate = try line.double() }
  }

  private mutating func parseMemory(_ line: inout PlanLineScanner) throws(PlanTextError) {
    try line.expect("state")
    plan.stateByteCount = try line.integer()
    try line.expect("scratch")
    plan.scratchByteCount = try line.integer()
    try line.expect("weights")
    let count: Int = try line.integer()
    guard (0...1 << 30).contains(count) else { throw line.error("\(count) weight bytes") }
    plan.weights = [UInt8](repeating: 0, count: count)
  }

  private mutating func parseThreads(_ line: inout PlanLineScanner) throws(PlanTextError) {
    try line.expect("step")
    plan.stepThreads = try line.integer()
    try line.expect("sequence")
    plan.sequenceThreads = try line.integer()
  }

  private func parsePort(_ line: inout PlanLineScanner) throws(PlanTextError) -> Port {
    let name = try line.string()
    let element = try line.element()
    try line.expect("[")
    var shape: [Int] = []
    while !line.take("]") {
      shape.append(try line.integer())
      _ = line.take(",")
    }
    let declared = line.take("declared") ? try line.element() : element
    var labels: [String] = []
    if line.take("labels") {
      try line.expect("[")
      while !line.take("]") {
        labels.append(try line.string())
        _ = line.take(",")
      }
    }
    return Port(name: name, element: element, declared: declared, shape: shape, labels: labels)
  }

  private mutating func parseBuffer(_ line: inout PlanLineScanner) throws(PlanTextError) {
    let index: Int = try line.integer()
    guard index == plan.buffers.count else {
      throw line.error("buffer %\(index), expected %\(plan.buffers.count)")
    }
    try line.expect("=")
    let storage = try parseStorage(&line)
    let element = try line.element()
    try line.expect("[")
    let perStep = line.take("tile")
    if perStep { try line.expect(",") }
    let width: Int = try line.integer()
    try line.expect("]")
    let name = try line.string()
    plan.buffers.append(
      Buffer(name: name, element: element, storage: storage, width: width, perStep: perStep))
    try line.expectEnd()
  }

  private func parseStorage(
    _ line: inout PlanLineScanner
  ) throws(PlanTextError) -> Buffer.Storage {
    let word = try line.word()
    let isOffset = line.take("@")
    let place: Int = try line.integer()
    switch (word, isOffset) {
    case ("weight", true): return .weight(offset: place)
    case ("state", true): return .state(offset: place)
    case ("scratch", true): return .scratch(offset: place)
    case ("input", false): return .input(place)
    case ("output", false): return .output(place)
    default: throw line.error("'\(word)' is not a storage")
    }
  }

  private mutating func parseState(_ line: inout PlanLineScanner) throws(PlanTextError) {
    let name = try line.string()
    try line.expect("=")
    try line.expect("%")
    let buffer: Int = try line.integer()
    var initial: Int?
    if line.take("from") {
      try line.expect("%")
      initial = try line.integer()
    }
    plan.states.append(StatePort(name: name, buffer: buffer, initial: initial))
  }

  private func parseCall(
    _ kernel: String, _ line: inout PlanLineScanner
  ) throws(PlanTextError) -> KernelCall {
    var call = KernelCall(kernel: kernel, integers: [], operands: [])
    try line.expect("(")
    while !line.take(";") {
      line.skipName()
      call.integers.append(try line.integer())
      _ = line.take(",")
    }
    while !line.take(")") {
      line.skipName()
      call.operands.append(try parseOperand(&line))
      _ = line.take(",")
    }
    call.comment = try line.comment()
    return call
  }

  private func parseOperand(_ line: inout PlanLineScanner) throws(PlanTextError) -> Operand {
    if line.take("-") { return Operand(buffer: nil) }
    try line.expect("%")
    let buffer: Int = try line.integer()
    return Operand(buffer: buffer, offset: line.take("+") ? try line.integer() : 0)
  }
}
