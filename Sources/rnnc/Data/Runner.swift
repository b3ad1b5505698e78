import Runtime

/// One stream of a program, fed with arrays.
struct Runner: ~Copyable {
  var stream: Stream
  let program: Program
  private let threads: ThreadCount
  private var memory: PortMemory

  /// Steps of one call into the runtime; longer blocks are cut, which changes no bit.
  private static let stepsPerCall = 1024

  init(
    _ program: Program, stepsPerCall: Int = Self.stepsPerCall, threads: ThreadCount = .one
  ) throws(Failure) {
    self.program = program
    self.threads = threads
    stream = Stream(program)
    let widest = (program.inputs + program.outputs).map(\.width).max() ?? 1
    let capacity = min(stepsPerCall, Self.stepsPerCall, max(1, (64 << 20) / max(1, widest)))
    memory = try PortMemory(program, capacity: max(1, capacity))
  }

  /// Runs the block and returns each output's rows, `[steps, width]`. The block fits the program.
  mutating func run(_ block: StepBlock) throws(Failure) -> [[Float]] {
    let widths = program.inputs.map(\.width)
    var results = program.outputs.map { _ in [Float]() }
    var done = 0
    while done < block.steps {
      let count = min(memory.capacity, block.steps - done)
      memory.fill(block.slice(done..<done + count, widths: widths))
      try memory.run(&stream, steps: count, on: threads.team(for: program, steps: count))
      for (i, rows) in memory.outputs(steps: count).enumerated() {
        results[i].append(contentsOf: rows)
      }
      done += count
    }
    return results
  }

  /// The outputs of a fresh stream.
  static func results(_ program: Program, _ block: StepBlock) throws(Failure) -> [[Float]] {
    var runner = try Runner(program)
    return try runner.run(block)
  }
}
