import Tensors

/// One record of a part: refusals name its part, index, field and byte.
private struct Record {
  let reader: PlanFileReader
  let part: PlanFileFormat.Part
  let index: Int
  var offset: Int { reader.parts[part]!.offset + index * part.stride }

  func u32(_ within: Int) -> UInt32 { reader.u32(offset + within) }
  func u64(_ within: Int) -> UInt64 { reader.u64(offset + within) }

  func require(
    _ holds: Bool, _ field: String, _ within: Int, _ reason: @autoclosure () -> String
  ) throws(PlanFileError) {
    guard holds else {
      throw PlanFileError(
        field: "\(part)[\(index)].\(field)", offset: offset + within, reason())
    }
  }

  func string(
    _ field: String, _ within: Int, mayBeEmpty: Bool = true
  ) throws(PlanFileError) -> String {
    let start = u32(within)
    try require(
      reader.startsString(start), field, within, "\(start) is not the start of a string")
    let string = reader.string(at: start)
    try require(mayBeEmpty || !string.isEmpty, field, within, "must not be empty")
    return string
  }
}

extension PlanFileReader {
  /// What is left to take of the tables that others' records share out.
  private struct Taken {
    var shapes = 0
    var labels = 0
    var integers = 0
    var operands = 0
  }

  func decode() throws(PlanFileError) -> PlanFile {
    try checkText()
    let name = try headerString("name", Format.Field.name)
    let isa = try headerString("isa", Format.Field.isa, mayBeEmpty: false)
    let features = try headerString("features", Format.Field.features)
    let toolVersion = try headerString("toolVersion", Format.Field.toolVersion)
    let rate = Double(bitPattern: u64(Format.Field.rate))
    var plan = Plan(
      name: name, isa: isa, tile: Int(u32(Format.Field.tile)), rate: rate == 0 ? nil : rate,
      stateByteCount: Int(u64(Format.Field.stateBytes)),
      scratchByteCount: Int(u64(Format.Field.scratchBytes)))
    try decodePorts(into: &plan)
    for index in 0..<count(.buffers) { plan.buffers.append(try buffer(index, of: plan)) }
    plan.steps = try decodeSteps(of: plan)
    for index in 0..<count(.states) { plan.states.append(try state(index, of: plan)) }
    let weights = parts[.weights]!
    plan.weights = Array(bytes[weights.offset..<weights.offset + weights.count])
    return PlanFile(plan: plan, toolVersion: toolVersion, features: features)
  }

  // MARK: Strings

  private func checkText() throws(PlanFileError) {
    let (offset, count) = parts[.text]!
    let text = bytes[offset..<offset + count]
    guard text.last == 0 else {
      throw PlanFileError(field: "text", offset: offset, "does not end with a zero byte")
    }
    guard String(validating: text, as: UTF8.self) != nil else {
      throw PlanFileError(field: "text", offset: offset, "is not UTF-8")
    }
  }

  fileprivate func startsString(_ start: UInt32) -> Bool {
    let (offset, count) = parts[.text]!
    return Int(start) < count && (start == 0 || bytes[offset + Int(start) - 1] == 0)
  }

  fileprivate func string(at start: UInt32) -> String {
    if let string = strings.known[start] { return string }
    let from = parts[.text]!.offset + Int(start)
    let string = String(decoding: bytes[from...].prefix { $0 != 0 }, as: UTF8.self)
    strings.known[start] = string
    return string
  }

  private func headerString(
    _ field: String, _ offset: Int, mayBeEmpty: Bool = true
  ) throws(PlanFileError) -> String {
    let start = u32(offset)
    guard startsString(start) else {
      throw PlanFileError(
        field: field, offset: offset, "\(start) is not the start of a string")
    }
    let string = string(at: start)
    guard mayBeEmpty || !string.isEmpty else {
      throw PlanFileError(field: field, offset: offset, "must not be empty")
    }
    return string
  }

  // MARK: Ports

  private func decodePorts(into plan: inout Plan) throws(PlanFileError) {
    var taken = Taken()
    var ports: [Port] = []
    for index in 0..<count(.ports) { ports.append(try port(index, &taken)) }
    try checkTaken(.shapes, taken.shapes)
    try checkTaken(.labels, taken.labels)
    let inputs = Int(u32(Format.Field.inputCount))
    plan.inputs = Array(ports[..<inputs])
    plan.outputs = Array(ports[inputs...])
  }

  private func checkTaken(_ part: Format.Part, _ taken: Int) throws(PlanFileError) {
    guard taken == count(part) else {
      throw PlanFileError(
        field: "\(part).count", offset: part.headerOffset + 8,
        "\(count(part)) records, \(taken) used")
    }
  }

  private func port(_ index: Int, _ taken: inout Taken) throws(PlanFileError) -> Port {
    let record = Record(reader: self, part: .ports, index: index)
    let name = try record.string("name", 0, mayBeEmpty: false)
    let element = record.u32(4)
    try record.require(
      element == 0 || element == 8, "element", 4, "code \(element), must be f32 (0) or i32 (8)")
    let declared = Int(record.u32(8))
    try record.require(
      declared < 12 && !Format.elements[declared].isFloating == (element == 8), "declared", 8,
      "code \(declared) does not go with the element type")
    let shape = try shape(of: record, &taken)
    let labels = try labels(of: record, &taken)
    try record.require(record.u32(20) == 0, "reserved", 20, "must be zero")
    return Port(
      name: name, element: Format.elements[Int(element)], declared: Format.elements[declared],
      shape: shape, labels: labels)
  }

  private func labels(of record: Record, _ taken: inout Taken) throws(PlanFileError) -> [String] {
    let labelCount = Int(record.u32(16))
    try record.require(
      labelCount <= count(.labels) - taken.labels, "labelCount", 16,
      "\(labelCount) labels are more than 'labels' has")
    var labels: [String] = []
    for index in taken.labels..<taken.labels + labelCount {
      labels.append(try Record(reader: self, part: .labels, index: index).string("string", 0))
    }
    taken.labels += labelCount
    return labels
  }

  private func shape(of record: Record, _ taken: inout Taken) throws(PlanFileError) -> [Int] {
    let rank = Int(record.u32(12))
    try record.require(
      rank <= Format.maximumRank && rank <= count(.shapes) - taken.shapes, "rank", 12,
      "\(rank) dimensions, at most 8 and as many as 'shapes' has")
    var width = 1
    var shape: [Int] = []
    for _ in 0..<rank {
      let dimension = u64(parts[.shapes]!.offset + 8 * taken.shapes)
      try record.require(
        dimension != 0 && dimension <= UInt64(Int(Int32.max) / width), "shape", 12,
        "dimension \(dimension) is zero or too large")
      width *= Int(dimension)
      shape.append(Int(dimension))
      taken.shapes += 1
    }
    return shape
  }

  // MARK: Buffers

  private func buffer(_ index: Int, of plan: Plan) throws(PlanFileError) -> Buffer {
    let record = Record(reader: self, part: .buffers, index: index)
    let name = try record.string("name", 0)
    let (element, storage, perStep) = (record.u32(4), record.u32(8), record.u32(12))
    let width = record.u64(24)
    try record.require(
      Int(element) < Format.elements.count, "element", 4, "unknown code \(element)")
    try record.require(storage <= 4, "storage", 8, "unknown code \(storage)")
    try record.require(perStep <= 1, "perStep", 12, "must be 0 or 1")
    try record.require(width <= UInt64(Int32.max), "width", 24, "more than 2147483647")
    try record.require(
      perStep == 0 || storage >= 2, "perStep", 12, "weights and states have one row")
    var buffer = Buffer(
      name: name, element: Format.elements[Int(element)], storage: .weight(offset: 0),
      width: Int(width), perStep: perStep == 1)
    buffer.storage =
      switch storage {
      case 0: .weight(offset: try place(record, buffer, rows: 1, limit: count(.weights)))
      case 1: .state(offset: try place(record, buffer, rows: 1, limit: plan.stateByteCount))
      case 2:
        .scratch(
          offset: try place(
            record, buffer, rows: buffer.perStep ? plan.tile : 1, limit: plan.scratchByteCount))
      case 3: .input(try place(record, buffer, ports: plan.inputs))
      default: .output(try place(record, buffer, ports: plan.outputs))
      }
    return buffer
  }

  /// The byte offset of a buffer in memory of `limit` bytes.
  private func place(
    _ record: Record, _ buffer: Buffer, rows: Int, limit: Int
  ) throws(PlanFileError) -> Int {
    let place = record.u64(16)
    let byteCount = buffer.width * buffer.element.byteCount * rows
    try record.require(
      place % UInt64(Format.alignment) == 0, "place", 16, "\(place) is not a multiple of 64")
    try record.require(
      place <= UInt64(limit) && byteCount <= limit - Int(place), "place", 16,
      "\(byteCount) bytes from \(place) on end beyond its \(limit) bytes of memory")
    return Int(place)
  }

  /// The index of the port whose rows a buffer is.
  private func place(
    _ record: Record, _ buffer: Buffer, ports: [Port]
  ) throws(PlanFileError) -> Int {
    let place = record.u64(16)
    try record.require(
      place < UInt64(ports.count), "place", 16, "port \(place) of \(ports.count)")
    let port = ports[Int(place)]
    try record.require(buffer.perStep, "perStep", 12, "a port has one row per step")
    try record.require(
      buffer.element == port.element, "element", 4, "code \(record.u32(4)) is not the port's")
    try record.require(
      buffer.width == port.width, "width", 24, "\(buffer.width), the port has \(port.width)")
    return Int(place)
  }

  // MARK: Steps

  private func decodeSteps(of plan: Plan) throws(PlanFileError) -> [Step] {
    var taken = Taken()
    var body = 0
    var steps: [Step] = []
    for index in 0..<count(.steps) {
      let record = Record(reader: self, part: .steps, index: index)
      let kind = record.u32(0)
      try record.require(kind <= 1, "kind", 0, "unknown code \(kind)")
      if kind == 1 {
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

  private func loopCount(_ record: Record) throws(PlanFileError) -> Int {
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
  private func call(_ record: Record, _ taken: inout Taken) throws(PlanFileError) -> KernelCall {
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
    let record = Record(reader: self, part: .operands, index: index)
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

  // MARK: States

  private func state(_ index: Int, of plan: Plan) throws(PlanFileError) -> StatePort {
    let record = Record(reader: self, part: .states, index: index)
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
