import Plan

/// A field of the header.
private func header(
  _ field: String, at offset: Int, u32 value: UInt32, _ reason: String
) -> RejectionTests.Damage {
  .init(field, reason) { $0.set(u32: value, at: offset) }
}

private func header(
  _ field: String, at offset: Int, u64 value: UInt64, _ reason: String
) -> RejectionTests.Damage {
  .init(field, reason) { $0.set(u64: value, at: offset) }
}

/// A field of a record: its name in messages, its byte in the record.
private func record(
  _ part: PlanFileFormat.Part, _ index: Int, _ field: String, _ within: Int, u32 value: UInt32,
  _ reason: String
) -> RejectionTests.Damage {
  .init("\(part)[\(index)].\(field)", reason) { $0.set(u32: value, at: $0.at(part, index, within)) }
}

private func record(
  _ part: PlanFileFormat.Part, _ index: Int, _ field: String, _ within: Int, u64 value: UInt64,
  _ reason: String
) -> RejectionTests.Damage {
  .init("\(part)[\(index)].\(field)", reason) { $0.set(u64: value, at: $0.at(part, index, within)) }
}

extension RejectionTests {
  /// The sample has two stages; the second begins with entry 3, a loop.
  static let wavefronts = [
    record(.steps, 0, "kind", 0, u32: 2, "a stage must begin between two entries of the list"),
    record(.steps, 4, "kind", 0, u32: 2, "a stage must begin between two entries of the list"),
    Damage("steps[3].kind", "more stages than 2 portions of a tile, or than 16") {
      $0.set(u32: 2, at: $0.at(.steps, 1, 0))
    },
    Damage("steps[3].kind", "a stage, and there is no wavefront") { $0.set(u32: 0, at: 248) },
    Damage("waveRows", "a wavefront of less than two stages") {
      $0.set(u32: 1, at: $0.at(.steps, 3, 0))
    },
    Damage("buffers[10].place", "1088 is not a multiple of 128, as a wavefront needs") {
      $0.set(u64: 1088, at: $0.at(.buffers, 10, 16))
    },
    Damage("buffers[10].place", "a wavefront needs 240 bytes from 3968 on") {
      $0.set(u32: 0, at: $0.at(.buffers, 10, 12))
      $0.set(u64: 3968, at: $0.at(.buffers, 10, 16))
      $0.set(u64: 30, at: $0.at(.buffers, 10, 24))
    },
  ]

  static let headers = [
    header("magic", at: 0, u32: 0, "not an rnnc plan file"),
    header("headerBytes", at: 12, u32: 255, "must be 256"),
    header("stateBytes", at: 32, u64: 1 << 30 + 1, "more than 1 GiB"),
    header("scratchBytes", at: 40, u64: .max, "more than 1 GiB"),
    header("rate", at: 48, u64: Double.nan.bitPattern, "must be 0 or a positive number"),
    header("rate", at: 48, u64: (-1.0).bitPattern, "must be 0 or a positive number"),
    header("rate", at: 48, u64: Double.infinity.bitPattern, "must be 0 or a positive number"),
    header("tile", at: 56, u32: 0, "must be 1 ... 4096"),
    header("tile", at: 56, u32: 4097, "must be 1 ... 4096"),
    header("inputCount", at: 60, u32: 4, "more inputs than ports"),
    header("name", at: 64, u32: 1, "1 is not the start of a string"),
    header("isa", at: 68, u32: .max, "4294967295 is not the start of a string"),
    header("features", at: 72, u32: 2, "2 is not the start of a string"),
    header("toolVersion", at: 76, u32: 3, "3 is not the start of a string"),
    header("stepThreads", at: 240, u32: 0, "must be 1 ... 256"),
    header("stepThreads", at: 240, u32: 257, "must be 1 ... 256"),
    header("sequenceThreads", at: 244, u32: 0, "must be 1 ... 256"),
    header("sequenceThreads", at: 244, u32: .max, "must be 1 ... 256"),
    header("waveRows", at: 248, u32: 3, "must be 0, or the tile divided by 2, 4, 8, ..."),
    header("waveRows", at: 248, u32: 4, "must be 0, or the tile divided by 2, 4, 8, ..."),
    header("reserved", at: 252, u32: 1, "must be zero"),
    Damage("isa", "must not be empty") { $0.set(u32: $0.u32(72), at: 68) },
  ]

  static let parts = [
    header("text.offset", at: 80, u64: 320, "is 320, must be 256"),
    header("ports.offset", at: 96, u64: 0, "is 0, must be 576"),
    header(
      "text.count", at: 88, u64: 1 << 63, "9223372036854775808 records do not fit into the file"),
    header(
      "ports.count", at: 104, u64: .max / 24,
      "768614336404564650 records do not fit into the file"),
    header(
      "weights.count", at: 232, u64: .max, "18446744073709551615 records do not fit into the file"),
    header("fileBytes", at: 232, u64: 0, "the file does not end after the weights"),
    Damage("padding", "must be zero") { $0.bytes[$0.at(.ports, 3, 0)] = 1 },
    Damage("padding", "must be zero") { $0.bytes[$0.bytes.count - 1] = 1 },
    Damage("fileBytes", "not a multiple of 64") {
      $0.bytes.append(0)
      $0.set(u64: UInt64($0.bytes.count), at: 16)
    },
  ]

  static let texts = [
    Damage("text", "does not end with a zero byte") {
      $0.bytes[$0.at(.text, $0.count(.text) - 1, 0)] = 65
    },
    Damage("text", "does not end with a zero byte") { $0.removeText() },
    notUTF8([0xff]), notUTF8([0xc0, 0x80]), notUTF8([0xed, 0xa0, 0x80]), notUTF8([0x80]),
    notUTF8([0xf4, 0x90, 0x80, 0x80]), notUTF8([0xe0, 0x80, 0x80]), notUTF8([0xc3, 0x28]),
    Damage("text", "is not UTF-8") { $0.bytes[$0.at(.text, $0.count(.text) - 2, 0)] = 0xc3 },
  ]

  private static func notUTF8(_ bytes: [UInt8]) -> Damage {
    Damage("text", "is not UTF-8") {
      $0.bytes.replaceSubrange(256..<256 + bytes.count, with: bytes)
    }
  }

  static let ports = [
    record(.ports, 1, "name", 0, u32: 1, "1 is not the start of a string"),
    record(.ports, 0, "element", 4, u32: 1, "code 1, must be f32 (0) or i32 (8)"),
    record(.ports, 0, "declared", 8, u32: 8, "code 8 does not go with the element type"),
    record(.ports, 1, "declared", 8, u32: 0, "code 0 does not go with the element type"),
    record(.ports, 0, "declared", 8, u32: 12, "code 12 does not go with the element type"),
    record(.ports, 0, "declared", 8, u32: 13, "code 13 does not go with the element type"),
    record(
      .ports, 2, "rank", 12, u32: 3, "3 dimensions, at most 8 and as many as 'shapes' has"),
    record(.ports, 2, "rank", 12, u32: 9, "9 dimensions, at most 8 and as many as 'shapes' has"),
    Damage("ports[0].shape", "dimension 0 is zero or too large") {
      $0.set(u64: 0, at: $0.at(.shapes, 0, 0))
    },
    Damage("ports[2].shape", "dimension 1073741824 is zero or too large") {
      $0.set(u64: 1 << 30, at: $0.at(.shapes, 2, 0))
    },
    record(.ports, 2, "labelCount", 16, u32: 5, "5 labels are more than 'labels' has"),
    record(.ports, 2, "reserved", 20, u32: 1, "must be zero"),
    record(.labels, 3, "string", 0, u32: 99_999, "99999 is not the start of a string"),
    Damage("shapes.count", "3 records, 2 used") { $0.set(u32: 1, at: $0.at(.ports, 2, 12)) },
    Damage("labels.count", "4 records, 3 used") { $0.set(u32: 3, at: $0.at(.ports, 2, 16)) },
    Damage("ports[0].name", "must not be empty") {
      $0.set(u32: $0.u32(72), at: $0.at(.ports, 0, 0))
    },
  ]

  static let buffers = [
    record(.buffers, 4, "name", 0, u32: 1, "1 is not the start of a string"),
    record(.buffers, 4, "element", 4, u32: 13, "unknown code 13"),
    record(.buffers, 4, "storage", 8, u32: 5, "unknown code 5"),
    record(.buffers, 4, "perStep", 12, u32: 2, "must be 0 or 1"),
    record(.buffers, 4, "width", 24, u64: 1 << 31, "more than 2147483647"),
    record(.buffers, 4, "perStep", 12, u32: 1, "weights and states have one row"),
    record(.buffers, 7, "perStep", 12, u32: 1, "weights and states have one row"),
  ]

  static let placed = [
    record(.buffers, 4, "place", 16, u64: 32, "32 is not a multiple of 64"),
    record(.buffers, 6, "place", 16, u64: 4, "4 is not a multiple of 64"),
    record(
      .buffers, 6, "place", 16, u64: 192, "8 bytes from 192 on end beyond its 192 bytes of memory"),
    record(
      .buffers, 5, "place", 16, u64: 4032,
      "128 bytes from 4032 on end beyond its 4096 bytes of memory"),
    record(
      .buffers, 3, "place", 16, u64: 1 << 40,
      "96 bytes from 1099511627776 on end beyond its 296 bytes of memory"),
    Damage("buffers[5].place", "34359738352 bytes from 0 on end beyond its 4096 bytes of memory") {
      $0.set(u64: 0x7fff_ffff, at: $0.at(.buffers, 5, 24))
    },
    record(.buffers, 1, "place", 16, u64: 2, "port 2 of 2"),
    record(.buffers, 2, "place", 16, u64: 1, "port 1 of 1"),
    record(.buffers, 2, "perStep", 12, u32: 0, "a port has one row per step"),
    record(.buffers, 1, "element", 4, u32: 0, "code 0 is not the port's"),
    record(.buffers, 2, "width", 24, u64: 5, "5, the port has 4"),
  ]

  static let steps = [
    record(.steps, 0, "kind", 0, u32: 4, "unknown code 4"),
    record(.steps, 0, "count", 4, u32: 1, "a call has no count"),
    record(.steps, 0, "kernel", 8, u32: 1, "1 is not the start of a string"),
    record(.steps, 0, "integerCount", 12, u32: 641, "641, at most 640 and as many as there are"),
    record(.steps, 6, "integerCount", 12, u32: 4, "4, at most 640 and as many as there are"),
    record(.steps, 0, "operandCount", 16, u32: 33, "33, at most 32 and as many as there are"),
    record(.steps, 6, "operandCount", 16, u32: 3, "3, at most 32 and as many as there are"),
    record(.steps, 0, "comment", 20, u32: 1, "1 is not the start of a string"),
    Damage("integers.count", "44 records, 43 used") { $0.set(u32: 2, at: $0.at(.steps, 6, 12)) },
    Damage("operands.count", "19 records, 18 used") { $0.set(u32: 1, at: $0.at(.steps, 6, 16)) },
    Damage("steps[0].kernel", "must not be empty") {
      $0.set(u32: $0.u32(72), at: $0.at(.steps, 0, 8))
    },
  ]

  static let loops = [
    record(.steps, 3, "count", 4, u32: 0, "a loop over 0 of 3 following entries"),
    record(.steps, 3, "count", 4, u32: 4, "a loop over 4 of 3 following entries"),
    record(.steps, 3, "kernel", 8, u32: 1, "a loop has no call"),
    Damage("steps[3].kernel", "a loop has no call") { $0.set(u32: 1, at: $0.at(.steps, 3, 20)) },
    record(.steps, 4, "kind", 0, u32: 1, "a loop inside a loop"),
  ]

  static let operands = [
    record(.operands, 0, "buffer", 0, u32: 13, "13 of 13 buffers"),
    record(.operands, 0, "reserved", 4, u32: 1, "must be zero"),
    record(.operands, 0, "offset", 8, u64: 25, "25 is beyond the buffer's 24 elements"),
    record(.operands, 2, "offset", 8, u64: 1, "an absent operand has offset 0"),
    record(
      .operands, 0, "offset", 8, u64: 1 << 62,
      "4611686018427387904 is beyond the buffer's 24 elements"),
  ]

  static let states = [
    record(.states, 0, "name", 0, u32: 1, "1 is not the start of a string"),
    record(.states, 0, "buffer", 4, u32: 13, "13 is not an f32 state buffer"),
    record(.states, 0, "buffer", 4, u32: 5, "5 is not an f32 state buffer"),
    record(.states, 0, "initial", 8, u32: 13, "13 is not an f32 weight buffer of 2 elements"),
    record(.states, 0, "initial", 8, u32: 3, "3 is not an f32 weight buffer of 2 elements"),
    record(.states, 0, "initial", 8, u32: 7, "7 is not an f32 weight buffer of 2 elements"),
    record(.states, 1, "reserved", 12, u32: 1, "must be zero"),
    Damage("states[0].name", "must not be empty") {
      $0.set(u32: $0.u32(72), at: $0.at(.states, 0, 0))
    },
    Damage("states[0].buffer", "6 is not an f32 state buffer") {
      $0.set(u32: 8, at: $0.at(.buffers, 6, 4))
    },
  ]
}

extension PlanBytes {
  /// Becomes the file of an empty plan without any text.
  fileprivate mutating func removeText() {
    self = try! PlanBytes(Plan(name: "", isa: "scalar", tile: 1))
    bytes.removeSubrange(256..<320)
    set(u64: 0, at: Format.Part.text.headerOffset + 8)
    for part in Format.Part.allCases.dropFirst() {
      set(u64: u64(part.headerOffset) - 64, at: part.headerOffset)
    }
    set(u64: UInt64(bytes.count), at: Format.Field.fileBytes)
  }
}
