import Tensors

/// Plan to bytes, by `Plan.docc/PlanFile.md`. The same plan always gives the same bytes.
package struct PlanFileWriter {
  private typealias Format = PlanFileFormat
  private var parts = [Encoder](repeating: Encoder(), count: Format.Part.allCases.count)
  /// By bytes: `String` would take differently composed letters for equal.
  private var strings: [[UInt8]: UInt32] = [:]

  private subscript(part: Format.Part) -> Encoder {
    get { parts[part.rawValue] }
    _modify { yield &parts[part.rawValue] }
  }

  /// The whole file. Throws when the plan has something that the format cannot hold (a string with a
  /// zero character, a number beyond its field); whether the plan makes sense is the readers' matter.
  package static func bytes(of file: PlanFile) throws(PlanFileError) -> [UInt8] {
    var writer = PlanFileWriter()
    return try writer.encode(file)
  }

  private mutating func encode(_ file: PlanFile) throws(PlanFileError) -> [UInt8] {
    let plan = file.plan
    var header = try encodeHeader(file)
    for port in plan.inputs + plan.outputs { try append(port) }
    for buffer in plan.buffers { try append(buffer) }
    for (index, step) in plan.steps.enumerated() {
      try append(
        step, mark: plan.wavefront?.starts.contains(index) == true ? Format.beginsStage : 0)
    }
    for state in plan.states { try append(state) }
    self[.weights].bytes = plan.weights
    appendParts(to: &header)
    let sum = Format.checksum(header.bytes)
    header.patch(sum, at: Format.Field.checksum)
    return header.bytes
  }

  /// The header with the parts' places still zero.
  private mutating func encodeHeader(_ file: PlanFile) throws(PlanFileError) -> Encoder {
    let plan = file.plan
    var header = Encoder()
    header.bytes = Format.magic
    header.u32(Format.version)
    header.u32(UInt32(Format.headerByteCount))
    header.u64(0)
    header.u64(0)
    header.u64(try number(plan.stateByteCount, "stateBytes"))
    header.u64(try number(plan.scratchByteCount, "scratchBytes"))
    header.u64((plan.rate ?? 0).bitPattern)
    header.u32(try number(plan.tile, "tile"))
    header.u32(UInt32(plan.inputs.count))
    header.u32(try string(plan.name, "name"))
    header.u32(try string(plan.isa, "isa"))
    header.u32(try string(file.features, "features"))
    header.u32(try string(file.toolVersion, "toolVersion"))
    header.pad(to: Format.Field.stepThreads)
    header.u32(try number(plan.stepThreads, "stepThreads"))
    header.u32(try number(plan.sequenceThreads, "sequenceThreads"))
    header.u32(try number(plan.wavefront?.rows ?? 0, "waveRows"))
    header.pad(to: Format.headerByteCount)
    return header
  }

  private mutating func appendParts(to file: inout Encoder) {
    for part in Format.Part.allCases {
      file.pad(to: Format.roundUp(file.bytes.count))
      let content = self[part].bytes
      file.patch(UInt64(file.bytes.count), at: part.headerOffset)
      file.patch(UInt64(content.count / part.stride), at: part.headerOffset + 8)
      file.bytes += content
    }
    file.pad(to: Format.roundUp(file.bytes.count))
    file.patch(UInt64(file.bytes.count), at: Format.Field.fileBytes)
  }

  private mutating func append(_ port: Port) throws(PlanFileError) {
    let name = try string(port.name, "port name")
    self[.ports].u32(
      name, code(port.element), code(port.declared), UInt32(port.shape.count),
      UInt32(port.labels.count), 0)
    for dimension in port.shape {
      let dimension: UInt64 = try number(dimension, "dimension of '\(port.name)'")
      self[.shapes].u64(dimension)
    }
    for label in port.labels {
      let label = try string(label, "label of '\(port.name)'")
      self[.labels].u32(label)
    }
  }

  private mutating func append(_ buffer: Buffer) throws(PlanFileError) {
    let (storage, place): (UInt32, Int) =
      switch buffer.storage {
      case .weight(let offset): (0, offset)
      case .state(let offset): (1, offset)
      case .scratch(let offset): (2, offset)
      case .input(let port): (3, port)
      case .output(let port): (4, port)
      }
    let name = try string(buffer.name, "buffer name")
    let perStep: UInt32 = buffer.perStep ? 1 : 0
    let place64: UInt64 = try number(place, "place of buffer '\(buffer.name)'")
    let width: UInt64 = try number(buffer.width, "width of buffer '\(buffer.name)'")
    self[.buffers].u32(name, code(buffer.element), storage, perStep)
    self[.buffers].u64(place64)
    self[.buffers].u64(width)
  }

  private mutating func append(_ step: Step, mark: UInt32) throws(PlanFileError) {
    switch step {
    case .loop(let count):
      let count: UInt32 = try number(count, "loop count")
      self[.steps].u32(Format.loop | mark, count, 0, 0, 0, 0)
    case .call(let call):
      let kernel = try string(call.kernel, "kernel")
      let comment = try string(call.comment, "comment")
      self[.steps].u32(
        Format.call | mark, 0, kernel, UInt32(call.integers.count), UInt32(call.operands.count),
        comment)
      for integer in call.integers {
        self[.integers].u32(UInt32(bitPattern: integer))
      }
      for operand in call.operands { try append(operand) }
    }
  }

  private mutating func append(_ operand: Operand) throws(PlanFileError) {
    let buffer: UInt32 =
      try operand.buffer.map { index throws(PlanFileError) in
        try number(index, "operand's buffer")
      } ?? Format.none
    let offset: UInt64 = try number(operand.offset, "operand's offset")
    self[.operands].u32(buffer, 0)
    self[.operands].u64(offset)
  }

  private mutating func append(_ state: StatePort) throws(PlanFileError) {
    let name = try string(state.name, "state name")
    let buffer: UInt32 = try number(state.buffer, "buffer of state '\(state.name)'")
    let initial: UInt32 =
      try state.initial.map { index throws(PlanFileError) in
        try number(index, "initial values of state '\(state.name)'")
      } ?? Format.none
    self[.states].u32(name, buffer, initial, 0)
  }

  /// The string's offset into the text, where each string stands once.
  private mutating func string(_ string: String, _ field: String) throws(PlanFileError) -> UInt32 {
    let bytes = Array(string.utf8)
    if let offset = strings[bytes] { return offset }
    guard !bytes.contains(0) else {
      throw PlanFileError(field: field, "a string with a zero character")
    }
    let offset: UInt32 = try number(self[.text].bytes.count, "text")
    self[.text].bytes += bytes + [0]
    strings[bytes] = offset
    return offset
  }

  private func number<N: FixedWidthInteger>(
    _ value: Int, _ field: String
  ) throws(PlanFileError) -> N {
    guard let number = N(exactly: value), number != N.max else {
      throw PlanFileError(field: field, "\(value) does not fit")
    }
    return number
  }

  private func code(_ element: ElementType) -> UInt32 {
    UInt32(Format.elements.firstIndex(of: element)!)
  }
}

/// Little-endian bytes being written.
struct Encoder {
  var bytes: [UInt8] = []

  mutating func u32(_ values: UInt32...) {
    for value in values {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
      }
    }
  }

  mutating func u64(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  mutating func patch(_ value: UInt64, at offset: Int) {
    for byte in 0..<8 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }

  mutating func pad(to count: Int) {
    bytes += [UInt8](repeating: 0, count: max(0, count - bytes.count))
  }
}
