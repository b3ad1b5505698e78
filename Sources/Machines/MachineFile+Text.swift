import DataFiles

extension MachineFile {
  /// The keys of a file, in their order.
  enum Key {
    static let file = [
      "schema", "name", "comment", "measured", "cores", "isa", "peaks", "caches", "memory",
      "hand_over_ns", "teams", "call_ns",
    ]
    static let peak = ["isa", "element", "threads", "gflops"]
    static let cache = ["level", "bytes", "shared_by", "read"]
    static let memory = ["read"]
    static let read = ["threads", "gb_per_s"]
    static let team = ["threads", "fork_ns", "wake_ns", "barrier_ns"]
  }

  package var json: JSONText {
    object(
      Key.file,
      .string(Self.schema), .string(name), .string(comment), .flag(isMeasured), .integer(cores),
      .string(isa), .array(peaks.map(Self.json)), .array(caches.map(Self.json)),
      object(Key.memory, Self.json(memory)), handOver.map(number) ?? .null,
      .array(teams.map(Self.json)), number(call))
  }

  /// The whole file.
  package var text: String { json.text(joinsObjects: true) + "\n" }

  private static func json(_ peak: Peak) -> JSONText {
    object(
      Key.peak,
      .string(peak.isa), .string(peak.element), .integer(peak.threads), number(peak.gflops))
  }

  private static func json(_ cache: Cache) -> JSONText {
    object(
      Key.cache,
      .integer(cache.level), .integer(cache.byteCount), .integer(cache.sharedBy),
      json(cache.reads))
  }

  private static func json(_ reads: [Read]) -> JSONText {
    .array(
      reads.map { object(Key.read, .integer($0.threads), number($0.gigabytesPerSecond)) })
  }

  private static func json(_ team: Team) -> JSONText {
    object(
      Key.team,
      .integer(team.threads), number(team.fork), number(team.wake), number(team.barrier))
  }
}

private func object(_ keys: [String], _ values: JSONText...) -> JSONText {
  precondition(keys.count == values.count)
  return .object(Array(zip(keys, values)))
}

/// Whole numbers without ".0".
private func number(_ value: Double) -> JSONText {
  Int(exactly: value).map { .integer($0) } ?? .number(value)
}
