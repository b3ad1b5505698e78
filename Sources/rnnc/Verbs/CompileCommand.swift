import ArgumentParser
import COpenMP
import DataFiles
import Emission
import Plan

/// `rnnc compile`: a description to a plan file, to C, or to what a C compiler makes of it.
struct CompileCommand: Verb {
  static let verb = "compile"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Compile a model to a plan file, C, libraries or an executable.",
    discussion: """
      One kind: -o is the file. Several: -o is a folder, made if absent, with PREFIX.plan, PREFIX.c, \
      PREFIX.o, libPREFIX.a, libPREFIX.so and PREFIX, the executable. Beside C, objects and libraries \
      stands PREFIX.h, beside C of larger models PREFIX.weights, beside libraries PREFIX.pc and \
      PREFIXConfig.cmake. The environment variable CC names the C compiler.
      """)

  @Argument(help: ArgumentHelp("A description or a plan.", valueName: "MODEL")) var model: String
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The file, or the folder of several kinds (default: PREFIX.plan ... here).")
  var output: String?
  @Option(help: "What to write, with commas: plan, c, obj, static, shared, exe.")
  var emit = EmitKinds(kinds: [.plan])
  @Option(help: "Prefix of names in C and of files (default: the model's name).")
  var prefix: String?
  @Flag(help: "Add PREFIX_run_threads, which shares the steps of a sequence by OpenMP.")
  var openmp = false
  @Option(
    help: "Weights of emitted C: inline as arrays, in a file, or auto (a file above 64 KiB).")
  var weights = WeightsPlacement.auto
  @Flag(help: "Choose by measurement on this machine how matrices are walked (some 4 seconds).")
  var tune = false
  @Flag(
    help: """
      Print how every matrix is walked and what decided it, the command lines, and what one step \
      takes and never does.
      """)
  var explain = false
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Step on this machine for two seconds; exit code 1 when a step takes longer.",
      valueName: "US"))
  var deadline: Deadline?
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if openmp && emit.kinds == [.plan] { throw ValidationError("--openmp is for C and binaries") }
    if output == "-" { throw ValidationError("compile writes files, '-' is none") }
    if let prefix, CEmitter.defaultPrefix(prefix) != prefix {
      throw ValidationError(
        "--prefix '\(prefix)' cannot begin names of C; '\(CEmitter.defaultPrefix(prefix))' can")
    }
  }

  func perform(_ session: Session) throws -> Answer {
    var compiled = try CompiledPlan.load(model, description, target.choice, session)
    if compiled.count > 1 && emit.kinds.contains(.plan) {
      throw Failure(.usage, "--target \(target.target): a plan has one target")
    }
    var findings: [Tuner.Findings?] = []
    for i in compiled.indices { findings.append(tune ? try tune(&compiled[i], session) : nil) }
    var commands: [String] = []
    // Before anything is written: the plan may be for another machine.
    if deadline != nil && compiled.count > 1 {
      throw Failure(.usage, "--target \(target.target): --deadline measures one target")
    }
    let outcome = try deadline?.measure(compiled[0].file)
    let writer = EmitWriter(
      plans: compiled, prefix: prefix ?? CEmitter.defaultPrefix(compiled[0].file.plan.name),
      kinds: emit.kinds, weights: weights, hasThreads: openmp, output: output,
      inputs: try FileBytes(path: model).isPlan ? [] : [model],
      log: { line in
        session.log(line)
        commands.append(line)
      })
    let written = try writer.write()
    try show(written, of: compiled, prefix: writer.prefix, session)
    if explain { try explain(compiled, findings, commands, session) }
    try outcome?.show(session)
    return outcome?.isMet ?? true ? .yes : .no
  }

  private func explain(
    _ compiled: [CompiledPlan], _ findings: [Tuner.Findings?], _ commands: [String],
    _ session: Session
  ) throws {
    for (plan, findings) in zip(compiled, findings) {
      if compiled.count > 1 { try session.print("\n\(plan.target.word)") }
      try Explanation(plan.file.plan, findings).show(session)
    }
    for command in commands {
      session.addResult(.object(["kind": .string("command"), "line": .string(command)]))
      try session.print("command: \(command)")
    }
    for plan in compiled {
      if compiled.count > 1 { try session.print("\n\(plan.target.word)") }
      try Certificate(plan.file.plan, for: plan.target, session).show(session)
    }
  }

  private func tune(
    _ compiled: inout CompiledPlan, _ session: Session
  ) throws -> Tuner.Findings {
    var tuner = try Tuner(compiled.file)
    var progress = session.makeProgress()
    try tuner.tune { text in progress.update(text) }
    progress.update("tuning threads")
    try tuner.tuneThreads(upTo: Int(copenmp_processors()))
    progress.finish()
    compiled.file = tuner.file
    return tuner.findings
  }

  private func show(
    _ written: [EmitWriter.Written], of compiled: [CompiledPlan], prefix: String,
    _ session: Session
  ) throws {
    let weights = compiled[0].file.plan.weightType
    let suffix = weights == .f32 ? "" : ", \(weights.rawValue) weights"
    let target = compiled.map(\.target.word).joined(separator: ",")
    let isas = compiled.map(\.file.plan.isa).joined(separator: ", ")
    try session.print("target: \(target) (\(isas))\(suffix)")
    for file in written {
      session.addResult(
        .object([
          "kind": .string(file.kind), "path": .string(file.path),
          "bytes": .integer(file.byteCount), "target": .string(target),
          "weights": .string(weights.rawValue), "prefix": .string(prefix),
        ]))
      try session.print("\(file.kind): \(file.path), \(grouped(file.byteCount)) bytes")
    }
  }
}
