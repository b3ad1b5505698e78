import ArgumentParser
import DataFiles
import Plan
import Runtime
import Tensors

/// `rnnc compare`: do two models, or a model and recorded outputs, agree?
struct CompareCommand: Verb {
  static let verb = "compare"
  static let configuration = CommandConfiguration(
    commandName: verb,
    abstract: "Compare a model with another one or with recorded outputs.",
    discussion: """
      B is a model, which is fed with the same random input, or a golden .npz with arrays under the \
      names of A's inputs and outputs and, optionally, of its final states. Two numbers agree when \
      |a - b| <= atol + rtol |b|. Exit code 1 says that they do not.
      """)

  @Argument(help: ArgumentHelp("A description, a plan or an ONNX file.", valueName: "A"))
  var model: String
  @Argument(help: ArgumentHelp("Another model, or a golden .npz.", valueName: "B"))
  var other: String
  @Option(parsing: .unconditional, help: "Absolute tolerance.") var atol = 1e-5
  @Option(parsing: .unconditional, help: "Relative tolerance.") var rtol = 1e-4
  @Option(
    parsing: .unconditional, help: "Steps to compare (default: 100, or all of the golden file).")
  var steps: Int?
  @Option(
    parsing: .unconditional, help: "Seed of the random input.", transform: RandomInput.seed)
  var seed: UInt64 = 0
  @OptionGroup var onnx: OnnxOptions
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard atol >= 0, rtol >= 0 else {
      throw ValidationError("--atol and --rtol take a number from 0 on")
    }
    if let steps, steps < 1 { throw ValidationError("--steps takes a number from 1 on") }
  }

  func perform(_ session: Session) throws -> Answer {
    let file = try FileBytes(path: other)
    if try OnnxRun.isOnnx(model) {
      let rows = try compareOnnx(file, session)
      try report(rows, session)
      return rows.allSatisfy(\.isOK) ? .yes : .no
    }
    try onnx.refuse(for: model)
    let a = try Executable.load(model, description, target.choice, session)
    var rows: [ComparedOutput]
    if FileKind.recognise(file) == .zip {
      rows = try GoldenComparison(a, NpzFile(file), path: other, steps, session)
        .outputs(absolute: atol, relative: rtol)
    } else {
      let b = try Executable.load(other, description, target.choice, session)
      rows = try compareModels(a, b, session)
    }
    rows.sort { $0.isState == $1.isState ? false : !$0.isState }
    try report(rows, session)
    return rows.allSatisfy(\.isOK) ? .yes : .no
  }

  private func compareOnnx(_ file: FileBytes, _ session: Session) throws -> [ComparedOutput] {
    guard FileKind.recognise(file) == .zip else {
      throw Failure(
        .usage, "an ONNX model is compared with a golden .npz, which '\(other)' is not")
    }
    if !target.target.isHost || target.type != nil || !description.overrides.isEmpty {
      throw Failure(
        .usage, "--target, --type and --set are for descriptions: '\(model)' is an ONNX model")
    }
    if steps != nil { throw Failure(.usage, "--steps: the golden file says how many there are") }
    return try OnnxRun(model, onnx).compare(
      NpzFile(file), path: other, absolute: atol, relative: rtol, session)
  }

  private func compareModels(
    _ a: Executable, _ b: Executable, _ session: Session
  ) throws -> [ComparedOutput] {
    if let difference = a.plan.inputDifference(from: b.plan) {
      return a.plan.outputs.map { .unlike($0.name, difference) }
    }
    session.note("input: random, U(-1, 1) or any index, seed \(seed)")
    session.addEnvironment("seed", .integer(seed))
    let count = steps ?? 100
    try RandomInput.checkMemory(a.plan, steps: count)
    var random = RandomInput(a.plan, seed: seed)
    let block = random.next(steps: count)
    let (mine, theirs) = (
      try Runner.results(a.program, block), try Runner.results(b.program, block)
    )
    return a.plan.outputs.enumerated().map { i, port in
      guard let j = b.plan.outputs.firstIndex(where: { $0.name == port.name }) else {
        return .unlike(port.name, "B has no output '\(port.name)'")
      }
      let otherPort = b.plan.outputs[j]
      guard otherPort.shape == port.shape else {
        return .unlike(port.name, "shapes differ: \(port.shape) and \(otherPort.shape) per step")
      }
      return .compared(
        Comparison(
          name: port.name, steps: count, width: port.width, mine[i], theirs[j], absolute: atol,
          relative: rtol))
    }
  }

  private func report(_ rows: [ComparedOutput], _ session: Session) throws {
    for row in rows { session.addResult(row.json) }
    try ComparedOutput.print(rows, absolute: atol, relative: rtol, session)
  }
}

extension Plan {
  /// Why another plan cannot be fed with the same input, or nil.
  fileprivate func inputDifference(from other: Plan) -> String? {
    guard inputs.map(\.name) == other.inputs.map(\.name) else {
      let (mine, theirs) = (inputs, other.inputs)
      func list(_ ports: [Port]) -> String {
        ports.map { "'\($0.name)'" }.joined(separator: ", ")
      }
      return "inputs differ: \(list(mine)) and \(list(theirs))"
    }
    for (mine, theirs) in zip(inputs, other.inputs)
    where mine.shape != theirs.shape || mine.element != theirs.element {
      return "input '\(mine.name)' differs: \(mine.element.rawValue)\(mine.shape) and "
        + "\(theirs.element.rawValue)\(theirs.shape)"
    }
    return nil
  }
}
