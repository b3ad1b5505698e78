import Tensors

extension PlanFileReader {
  /// What is left to take of the tables that others' records share out.
  struct Taken {
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
    plan.stepThreads = Int(u32(Format.Field.stepThreads))
    plan.sequenceThreads = Int(u32(Format.Field.sequenceThreads))
    try decodePorts(into: &plan)
    for index in 0..<count(.buffers) { plan.buffers.append(try buffer(index, of: plan)) }
    plan.wavefront = Wavefront(rows: Int(u32(Format.Field.waveRows)), starts: [])
    plan.steps = try decodeSteps(of: &plan)
    try checkWavefront(of: &plan)
    for index in 0..<count(.states) { plan.states.append(try state(index, of: plan)) }
    let weights = parts[.weights]!
    plan.weights = Array(bytes[weights.offset..<weights.offset + weights.count])
    return PlanFile(plan: plan, toolVersion: toolVersion, features: features)
  }

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

  func checkTaken(_ part: Format.Part, _ taken: Int) throws(PlanFileError) {
    guard taken == count(part) else {
      throw PlanFileError(
        field: "\(part).count", offset: part.headerOffset + 8,
        "\(count(part)) records, \(taken) used")
    }
  }

  private func port(_ index: Int, _ taken: inout Taken) throws(PlanFileError) -> Port {
    let record = PlanFileRecord(reader: self, part: .ports, index: index)
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

  private func labels(of record: PlanFileRecord, _ taken: inout Taken) throws(PlanFileError)
    -> [String]
  {
    let labelCount = Int(record.u32(16))
    try record.require(
      labelCount <= count(.labels) - taken.labels, "labelCount", 16,
      "\(labelCount) labels are more than 'labels' has")
    var labels: [String] = []
    for index in taken.labels..<taken.labels + labelCount {
      labels.append(
        try PlanFileRecord(reader: self, part: .labels, index: index).string("string", 0))
    }
    taken.labels += labelCount
    return labels
  }

  private func shape(of record: PlanFileRecord, _ taken: inout Taken) throws(PlanFileError) -> [Int]
  {
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
    let record = PlanFileRecord(reader: self, part: .buffers, index: index)
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
    _ record: PlanFileRecord, _ buffer: Buffer, rows: Int, limit: Int
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
    _ record: PlanFileRecord, _ buffer: Buffer, ports: [Port]
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
}
