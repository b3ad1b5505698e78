import DataFiles
import Diagnostics
import Tensors

extension MachineFile {
  /// Reads a file whole, or refuses it: every key must be there and none other, and every number
  /// must be one that a machine can have.
  package init(path: String) throws(InputError) { try self.init(FileBytes(path: path)) }

  package init(_ file: FileBytes) throws(InputError) {
    let root = MachineNode(file: file.name, value: try JSONText.read(file))
    let node = try root.members(Key.file, first: "schema")
    try node["schema"]!.require(word: Self.schema)
    cores = try node["cores"]!.count(upTo: Self.coreLimit)
    name = try node["name"]!.text()
    comment = try node["comment"]!.text()
    isMeasured = try node["measured"]!.flag()
    isa = try node["isa"]!.text()
    peaks = try Self.peaks(node["peaks"]!, cores: cores)
    caches = try Self.caches(node["caches"]!, cores: cores)
    memory = try Self.reads(node["memory"]!.members(Key.memory)["read"]!, cores: cores)
    handOver = node["hand_over_ns"]!.isNull ? nil : try node["hand_over_ns"]!.number()
    teams = try Self.teams(node["teams"]!, cores: cores)
    call = try node["call_ns"]!.number()
    guard peak(isa: isa) != nil else {
      throw node["peaks"]!.fail("there is none of \(isa) with f32 on 1 thread")
    }
  }

  private static let coreLimit = 1 << 16

  private static func peaks(_ list: MachineNode, cores: Int) throws(InputError) -> [Peak] {
    var peaks: [Peak] = []
    for item in try list.items() {
      let node = try item.members(Key.peak)
      let element = try node["element"]!.text()
      guard ElementType(rawValue: element) != nil else {
        throw node["element"]!.fail(
          "'\(element)' is no element type",
          help: ["those are \(ElementType.allCases.map(\.rawValue).joined(separator: ", "))"])
      }
      let peak = Peak(
        isa: try node["isa"]!.text(), element: element,
        threads: try node["threads"]!.count(upTo: cores), gflops: try node["gflops"]!.number())
      let isKnown = peaks.contains {
        ($0.isa, $0.element, $0.threads) == (peak.isa, peak.element, peak.threads)
      }
      if isKnown { throw item.fail("the same instruction set, type and threads stand before") }
      peaks.append(peak)
    }
    return peaks
  }

  private static func caches(_ list: MachineNode, cores: Int) throws(InputError) -> [Cache] {
    var caches: [Cache] = []
    for item in try list.items() {
      let node = try item.members(Key.cache)
      let level = try node["level"]!.count(upTo: 16)
      guard level > caches.last?.level ?? 0 else {
        throw node["level"]!.fail("levels must increase")
      }
      caches.append(
        Cache(
          level: level, byteCount: try node["bytes"]!.count(upTo: 1 << 50),
          sharedBy: try node["shared_by"]!.count(upTo: coreLimit),
          reads: try reads(node["read"]!, cores: cores)))
    }
    return caches
  }

  private static func reads(_ list: MachineNode, cores: Int) throws(InputError) -> [Read] {
    var reads: [Read] = []
    for item in try list.items() {
      let node = try item.members(Key.read)
      let threads = try node["threads"]!.count(upTo: cores)
      guard !reads.contains(where: { $0.threads == threads }) else {
        throw node["threads"]!.fail("\(threads) stands before")
      }
      reads.append(Read(threads: threads, gigabytesPerSecond: try node["gb_per_s"]!.number()))
    }
    guard reads.contains(where: { $0.threads == 1 }) else {
      throw list.fail("there is none on 1 thread")
    }
    return reads
  }

  private static func teams(_ list: MachineNode, cores: Int) throws(InputError) -> [Team] {
    var teams: [Team] = []
    for item in try list.items() {
      let node = try item.members(Key.team)
      let threads = try node["threads"]!.count(upTo: cores)
      guard threads > 1, !teams.contains(where: { $0.threads == threads }) else {
        throw node["threads"]!.fail("must be more than 1 and stand once")
      }
      teams.append(
        Team(
          threads: threads, fork: try node["fork_ns"]!.number(),
          wake: try node["wake_ns"]!.number(), barrier: try node["barrier_ns"]!.number()))
    }
    return teams
  }
}
