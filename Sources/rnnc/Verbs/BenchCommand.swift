import ArgumentParser
import Kernels
import Model
import Plan

/// `rnnc bench`: how long a step takes.
struct BenchCommand: Verb {
  static let verb = "bench"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Measure the time of a step.",
    discussion: """
      Monotonic clock, random input. Steps that are too short for the clock are timed \
      several at a time, and a sample is their mean; the table says how many. A sequence is timed \
      from a fresh state, and a sample is its time divided by its steps.
      """)

  @Argument(help: ArgumentHelp("Descriptions or plans.", valueName: "MODEL")) var models: [String]
  @Option(
    parsing: .unconditional,
    help: "Number of steps to time (default: as many as --duration allows).")
  var steps: Int?
  @Option(
    parsing: .unconditional,
    help: "Number of steps before the first timed one (default: 0.1 s of them).")
  var warmup: Int?
  @Option(parsing: .unconditional, help: "Seconds to measure for (default: 1).")
  var duration: Double?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Time whole sequences of T steps (a list multiplies).", valueName: "T"))
  var sequence: PositiveList?
  @Option(name: .short, parsing: .unconditional, help: ThreadCount.listHelp)
  var threads = ThreadCounts.one
  @Option(parsing: .unconditional, help: SpinTime.help) var spin = SpinTime.standard
  @Flag(help: "Measure the dense twin of every model too.") var dense = false
  @Option(
    parsing: .unconditional, help: "Seed of the random input.", transform: RandomInput.seed)
  var seed: UInt64 = 0
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if steps != nil && duration != nil {
      throw ValidationError("--steps and --duration exclude each other")
    }
    if let steps, steps < 1 { throw ValidationError("--steps takes a number from 1 on") }
    if let warmup, warmup < 0 { throw ValidationError("--warmup takes a number from 0 on") }
    if let duration, !(duration > 0 && duration < 1e6) {
      throw ValidationError("--duration takes seconds, more than 0")
    }
  }

  func perform(_ session: Session) throws -> Answer {
    for threads in threads.values { threads.warnIfMany(session) }
    spin.apply()
    var table = Self.makeTable()
    var progress = session.makeProgress()
    for path in models {
      for (name, model) in try executables(path, session) {
        for (threads, mode) in runs {
          progress.update("measuring \(name), \(mode.text)")
          let samples = try measure(model, threads, mode)
          progress.finish()
          let result = BenchResult(
            name: name, threads: threads.count(for: model.program, steps: mode.steps), mode: mode,
            samples: samples, plan: model.plan)
          session.addResult(result.json)
          table.add(result.cells)
        }
      }
    }
    session.addEnvironment("seed", .integer(seed))
    session.note("input: random, U(-1, 1) or any index, seed \(seed)")
    try session.print(table)
    return .yes
  }

  /// Every number of threads with every mode.
  private var runs: [(ThreadCount, BenchMode)] {
    let modes = sequence.map { $0.values.map(BenchMode.sequence) } ?? [.step]
    return threads.values.flatMap { threads in modes.map { (threads, $0) } }
  }

  /// The model and, with `--dense`, its twin.
  private func executables(_ path: String, _ session: Session) throws -> [(String, Executable)] {
    guard dense else {
      let model = try Executable.load(path, description, target.choice, session)
      return [(model.plan.name, model)]
    }
    let graph = try ModelFile.load(path, description, session).requireGraph(for: "--dense")
    return [
      (graph.name, try Executable.compile(graph, target.choice, session)),
      (
        graph.name + " (dense twin)",
        try Executable.compile(graph.denseTwin, target.choice, session)
      ),
    ]
  }

  private func measure(
    _ model: Executable, _ threads: ThreadCount, _ mode: BenchMode
  ) throws -> BenchSamples {
    let team = threads.team(for: model.program, steps: mode.steps)
    var timer = try StepTimer(model, mode: mode, team: team, seed: seed)
    timer.warmUp(steps: warmup)
    return steps.map { timer.measure(steps: $0) } ?? timer.measure(seconds: duration ?? 1)
  }

  private static func makeTable() -> Table {
    Table([
      .word("model"), .number("threads"), .word("mode"), .word("ISA"), .number("steps"),
      .number("timed at once"),
      .number("p50 [us/step]"), .number("p90"), .number("p99"), .number("p99.9"), .number("max"),
      .number("mean [us/step]"), .number("weights [bytes]"), .number("weights [GB/s]"),
    ])
  }
}

/// Positive integers with commas between them.
struct PositiveList: ExpressibleByArgument {
  let values: [Int]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.allSatisfy({ ($0 ?? 0) > 0 }) else { return nil }
    values = numbers.map { $0! }
  }
}
