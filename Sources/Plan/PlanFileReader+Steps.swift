import Tensors

extension PlanFileReader {
  func decodeSteps(of plan: inout Plan) throws(PlanFileError) -> [Step] {
    var taken = Taken()
    var body = 0
    var steps: [Step] = []
    for index in 0..<count(.steps) {
      let record = PlanFileRecord(reader: self, part: .steps, index: index)
      let kind = record.u32(0)
      try record.require(
        kind <= Format.loop | Format.beginsStage, "kind", 0, "unknown code \(kind)")
      if kind & Format.beginsStage != 0 {
        try beginStage(record, isInLoop: body > 0, of: &plan)
      }
      if kind & Format.loop != 0 {
        try record.require(body == 0, "kind", 0, "a loop inside a loop")
        body = try loopCount(record)
        steps.append(.loop(count: body))
      } else {
        body = max(0, body - 1)
        steps.append(.call(try call(record, &taken)))
      }
    }
    try checkTaken(.integers, taken.integers)
    try checkTaken(.operands, taken.operands)
    return try resolveOperands(steps, of: plan)
  }

  private func loopCount(_ record: PlanFileRecord) throws(PlanFileError) -> Int {
    let count = Int(record.u32(4))
    let following = self.count(.steps) - record.index - 1
    try record.require(
      count >= 1 && count <= following, "count", 4,
      "a loop over \(count) of \(following) following entries")
    for within in [8, 12, 16, 20] {
      try record.require(record.u32(within) == 0, "kernel", 8, "a loop has no call")
    }
    return count
  }

  /// The call with its operands' places still to be filled in.
  private func call(_ record: PlanFileRecord, _ taken: inout Taken) throws(PlanFileError)
    -> KernelCall
  {
    try record.require(record.u32(4) == 0, "count", 4, "a call has no count")
    let (integers, operands) = (Int(record.u32(12)), Int(record.u32(16)))
    try record.require(
      integers <= Format.maximumIntegers && integers <= count(.integers) - taken.integers,
      "integerCount", 12, "\(integers), at most 640 and as many as there are")
    try record.require(
      operands <= Format.maximumOperands && operands <= count(.operands) - taken.operands,
      "operandCount", 16, "\(operands), at most 32 and as many as there are")
    let kernel = try record.string("kernel", 8, mayBeEmpty: false)
    let comment = try record.string("comment", 20)
    let first = parts[.integers]!.offset + 4 * taken.integers
    taken.integers += integers
    taken.operands += operands
    return KernelCall(
      kernel: kernel,
      integers: (0..<integers).map { Int32(bitPattern: u32(first + 4 * $0)) },
      operands: [Operand](repeating: Operand(buffer: nil), count: operands), comment: comment)
  }

  private func resolveOperands(_ steps: [Step], of plan: Plan) throws(PlanFileError) -> [Step] {
    var index = 0
    var resolved = steps
    for position in steps.indices {
      guard case .call(var call) = steps[position] else { continue }
      for operand in call.operands.indices {
        call.operands[operand] = try self.operand(index, of: plan)
        index += 1
      }
      resolved[position] = .call(call)
    }
    return resolved
  }

  private func operand(_ index: Int, of plan: Plan) throws(PlanFileError) -> Operand {
    let record = PlanFileRecord(reader: self, part: .operands, index: index)
    let (buffer, offset) = (record.u32(0), record.u64(8))
    try record.require(record.u32(4) == 0, "reserved", 4, "must be zero")
    if buffer == Format.none {
      try record.require(offset == 0, "offset", 8, "an absent operand has offset 0")
      return Operand(buffer: nil)
    }
    try record.require(
      Int(buffer) < plan.buffers.count, "buffer", 0, "\(buffer) of \(plan.buffers.count) buffers")
    let width = plan.buffers[Int(buffer)].width
    try record.require(
      offset <= UInt64(width), "offset", 8,
      "\(offset) is beyond the buffer's \(width) elements")
    return Operand(buffer: Int(buffer), offset: Int(offset))
  }

  func state(_ index: Int, of plan: Plan) throws(PlanFileError) -> StatePort {
    let record = PlanFileRecord(reader: self, part: .states, index: index)
    let name = try record.string("name", 0, mayBeEmpty: false)
    let (buffer, initial) = (Int(record.u32(4)), record.u32(8))
    let isState = buffer < plan.buffers.count && plan.buffers[buffer].isFloatState
    try record.require(isState, "buffer", 4, "\(buffer) is not an f32 state buffer")
    try record.require(record.u32(12) == 0, "reserved", 12, "must be zero")
    if initial == Format.none { return StatePort(name: name, buffer: buffer) }
    let width = plan.buffers[buffer].width
    let fits =
      Int(initial) < plan.buffers.count && plan.buffers[Int(initial)].isFloatWeight
      && plan.buffers[Int(initial)].width == width
    try record.require(
      fits, "initial", 8, "\(initial) is not an f32 weight buffer of \(width) elements")
    return StatePort(name: name, buffer: buffer, initial: Int(initial))
  }
}

extension Buffer {
  fileprivate var isFloatState: Bool {
    if case .state = storage { element == .f32 } else { false }
  }

  fileprivate var isFloatWeight: Bool {
    if case .weight = storage { element == .f32 } else { false }
  }
}
