import DataFiles
import Diagnostics
import Runtime

/// One run: steps from an input through a model to an output, and what is told about it.
struct Run: ~Copyable {
  private let model: Executable
  private var sink: RunOutput?
  private let chunk: Int
  private let threads: ThreadCount
  private var pace: Pace?
  private var progress: Progress
  private(set) var summary: RunSummary

  init(
    model: Executable, sink: consuming RunOutput?, chunk: Int, threads: ThreadCount, pace: Pace?,
    progress: Progress
  ) {
    self.model = model
    self.sink = sink
    self.chunk = chunk
    self.threads = threads
    self.pace = pace
    self.progress = progress
    summary = RunSummary(model.plan)
  }

  mutating func perform(_ input: RunInput, stateIn: String?, stateOut: String?) throws {
    defer { progress.finish() }
    switch input {
    case .whole(let sequences):
      summary.isBatch = sequences.isBatch
      for sequence in sequences.sequences {
        var runner = try begin(stateIn)
        var rest = 0..<sequence.steps
        while !rest.isEmpty {
          let now = rest.prefix(chunk)
          try run(sequence.slice(now, widths: model.program.inputs.map(\.width)), on: &runner)
          rest = rest.dropFirst(now.count)
        }
        try end(runner, stateOut)
      }
    case .stream(let stream):
      summary.isBatch = stream.isBatch
      try perform(stream, stateIn, stateOut)
    }
    try sink.take()?.finish()
  }

  /// A stream that says how long its sequences are begins a new one after each.
  private mutating func perform(
    _ stream: InputStream, _ stateIn: String?, _ stateOut: String?
  ) throws {
    var stream = stream
    var runner = try begin(stateIn)
    var left = stream.stepsPerSequence ?? .max
    while true {
      let block = try stream.next(maxSteps: max(1, min(chunk, left)))
      if block.steps == 0 { break }
      if left == 0 {
        try end(runner, stateOut)
        runner = try begin(stateIn)
        left = stream.stepsPerSequence ?? .max
      }
      try run(block, on: &runner)
      left -= block.steps
    }
    try end(runner, stateOut)
  }

  private mutating func begin(_ stateIn: String?) throws -> Runner {
    summary.beginSequence()
    sink?.beginSequence()
    var runner = try Runner(model.program, stepsPerCall: chunk, threads: threads)
    if let stateIn { try StateFile.load(stateIn, into: &runner.stream) }
    return runner
  }

  private func end(_ runner: borrowing Runner, _ stateOut: String?) throws {
    if let stateOut { try StateFile.save(runner.stream, to: stateOut) }
  }

  private mutating func run(_ block: StepBlock, on runner: inout Runner) throws {
    pace?.wait(for: block.steps)
    let results = try runner.run(block)
    pace?.finish(block.steps)
    summary.add(results)
    try sink?.add(results)
    progress.update("step \(grouped(summary.steps))")
  }

  /// How real time was kept.
  func report(_ session: Session) {
    guard let pace else { return }
    session.note(
      "real time: \(pace.steps) steps, \(pace.lateChunks) of \(pace.chunks) chunks were late")
  }
}
