import DataFiles
import Glibc
import Machines

/// This machine's limits, measured and written to a machine file.
struct MeasuredMachine {
  private let file: MachineFile
  private let path: String

  /// Measures for some ten seconds. `path`: where to write; nil for the usual place.
  init(path: String?, _ session: Session) throws {
    let isa = try TargetChoice.host.isa()
    let system = Machine.systemName
    self.path = try path ?? Self.usualPath()
    // First, lest the measurement is in vain.
    var output = try OutputFile(path: self.path)
    if let others = Machine.otherRunningThreads, others > 0 {
      session.warn("other work is running (\(others) at this moment): the limits will be too low")
    }
    var progress = session.makeProgress()
    let measurement = Measurement(isa: isa) { what in
      progress.update(what)
      session.log(what)
    }
    file = measurement.run(
      comment: "measured by rnnc \(toolVersion) on \(system.system) \(system.release)")
    progress.finish()
    try output.write(file.text)
    try output.commit()
    session.note("wrote \(self.path)")
  }

  /// Members of the result of `env --json`.
  var members: [(key: String, value: JSON)] {
    [("machine_file", .string(path)), ("machine", JSON(file.json))]
  }

  func print(_ session: Session) throws {
    try session.print("")
    try session.print(limits)
    try session.print("")
    try session.print(costs)
  }

  /// One column per number of threads.
  private var limits: Table {
    let counts = file.memory.map(\.threads)
    let columns = counts.map { Table.Column.number($0 == 1 ? "1 thread" : "\($0) threads") }
    var table = Table([.word("limit"), .word("of")] + columns)
    for isa in unique(file.peaks.map(\.isa)) {
      let peaks = counts.map { file.peak(isa: isa, threads: $0).map { significant($0) } ?? "" }
      table.add(["f32 multiply-add [GFLOP/s]", isa] + peaks)
    }
    for cache in file.caches { table.add(cells("L\(cache.level)", cache.reads)) }
    table.add(cells("memory", file.memory))
    return table
  }

  private func cells(_ name: String, _ reads: [MachineFile.Read]) -> [String] {
    ["read [GB/s]", "\(name), \(file.isa)"] + reads.map { significant($0.gigabytesPerSecond) }
  }

  private var costs: Table {
    var table = Table([.word("cost"), .number("ns")])
    table.add(["call of a kernel", significant(file.call)])
    if let handOver = file.handOver {
      table.add(["hand-over between two cores, there and back", significant(handOver)])
    }
    for team in file.teams {
      table.add(["meeting of \(team.threads) threads", significant(team.barrier)])
      table.add(["start and end of \(team.threads) threads", significant(team.fork)])
      table.add(["the same after they slept", significant(team.wake)])
    }
    return table
  }

  private func unique(_ words: [String]) -> [String] {
    words.enumerated().filter { words.firstIndex(of: $1) == $0 }.map(\.element)
  }

  /// `rnnc/machine.json` in the user's cache folder, whose folders are made.
  private static func usualPath() throws(Failure) -> String {
    let cache = variable("XDG_CACHE_HOME") ?? variable("HOME").map { $0 + "/.cache" }
    guard let cache else {
      throw Failure(
        .cannotCreate, "neither XDG_CACHE_HOME nor HOME says where the machine file belongs",
        help: ["say it with -o FILE"])
    }
    for folder in [cache, cache + "/rnnc"] {
      if mkdir(folder, 0o777) != 0 && errno != EEXIST {
        let reason = String(cString: strerror(errno))
        throw Failure(
          .cannotCreate, "\(folder): cannot be created: \(reason)",
          help: ["-o FILE chooses another place"])
      }
    }
    return cache + "/rnnc/machine.json"
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
