import ArgumentParser
import DataFiles
import Plan
import Runtime

/// `rnnc run`: data through a model.
struct RunCommand: Verb {
  static let verb = "run"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Run a model over a sequence, a batch or a pipe.",
    discussion: """
      Without -o, a summary: each output's shape and range and, for outputs with labels, the label \
      heard. Data is [steps, features], or [batch, steps, features] for independent sequences. In \
      whatever chunks a sequence is run, the results are the same. An ONNX model takes an npz with \
      an array for each input of its graph, and writes an npz with one for each output; with --state \
      it runs once for each entry of the inputs' leading axis.
      """)

  @Argument(help: ArgumentHelp("A description, a plan or an ONNX file.", valueName: "MODEL"))
  var model: String
  @OptionGroup var input: InputOptions
  @OptionGroup var output: OutputOptions
  @Option(help: ArgumentHelp("Begin with the states of this npz.", valueName: "PATH"))
  var stateIn: String?
  @Option(help: ArgumentHelp("Write the final states to this npz.", valueName: "PATH"))
  var stateOut: String?
  @Option(
    parsing: .unconditional, help: "Steps of one call (default: 1 on a pipe, otherwise many).")
  var chunk: Int?
  @Option(name: .short, parsing: .unconditional, help: ThreadCount.help)
  var threads = ThreadCount.one
  @Option(parsing: .unconditional, help: SpinTime.help) var spin = SpinTime.standard
  @Flag(help: "Begin no step before its time, by the model's stream rate.") var realtime = false
  @OptionGroup var onnx: OnnxOptions
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let chunk, chunk < 1 { throw ValidationError("--chunk takes a number from 1 on") }
    if output.output == "-" && common.json {
      throw ValidationError("-o - and --json would both write to stdout")
    }
  }

  func perform(_ session: Session) throws -> Answer {
    if try OnnxRun.isOnnx(model) { return try performOnnx(session) }
    try onnx.refuse(for: model)
    threads.warnIfMany(session)
    spin.apply()
    var outputPath: (String, DataFormat)?
    if let path = output.output {
      outputPath = (path, try OutputFormat.format(output.format, path: path))
    }
    let model = try Executable.load(model, description, target.choice, session)
    if realtime && model.plan.rate == nil {
      throw Failure(
        .usage, "--realtime: the model has no stream rate",
        help: ["write 'stream: {rate: R}' in the description, in steps per second"])
    }
    let source = try RunInput.open(input, model.plan)
    if source.isBatch && (stateIn != nil || stateOut != nil) {
      throw Failure(.usage, "a batch begins from fresh states: it has no --state-in or --state-out")
    }
    let sink = try outputPath.map {
      try RunOutput($0.0, $0.1, model.plan, isBatch: source.isBatch)
    }
    var run = Run(
      model: model, sink: sink, chunk: chunk ?? defaultChunk, threads: threads,
      pace: realtime ? model.plan.rate.map { Pace(rate: $0) } : nil,
      progress: session.makeProgress())
    try run.perform(source, stateIn: stateIn, stateOut: stateOut)
    if output.output == nil || common.json { try run.summary.print(session) }
    run.report(session)
    return .yes
  }

  private func performOnnx(_ session: Session) throws -> Answer {
    let unfit: [(String, Bool)] = [
      ("--chunk", chunk != nil), ("-t", threads != .one), ("--realtime", realtime),
      ("--pad", input.pad != nil), ("--set", !description.overrides.isEmpty),
      ("--target", !target.target.isHost), ("--type", target.type != nil),
    ]
    if let flag = unfit.first(where: \.1)?.0 {
      throw Failure(.usage, "\(flag): '\(model)' is an ONNX model, which runs as it is")
    }
    try OnnxRun(model, onnx).perform(
      input, output, stateIn: stateIn, stateOut: stateOut, session)
    return .yes
  }

  /// A step on a pipe is worth most at once.
  private var defaultChunk: Int { input.input == "-" || output.output == "-" ? 1 : 1024 }
}
