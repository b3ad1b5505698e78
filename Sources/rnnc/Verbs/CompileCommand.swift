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
    if output == "-" { throw ValidationError("compile writes files, '-' is none") }
    if let prefix, CEmitter.defaultPrefix(prefix) != prefix {
      throw ValidationError(
        "--prefix '\(prefix)' is no C name; '\(CEmitter.defaultPrefix(prefix))' would be")
    }
  }

  func perform(_ session: Session) throws -> Answer {
    var compiled = try CompiledPlan.load(model, description, target.choice, session)
    var choices: [Int: Tuner.Choice] = [:]
    if tune {
      var tuner = try Tuner(compiled)
      var progress = session.makeProgress()
      try tuner.tune { text in progress.update(text) }
      progress.update("tuning threads")
      try tuner.tuneThreads(upTo: Int(copenmp_processors()))
      progress.finish()
      (compiled, choices) = (tuner.file, tuner.choices)
    }
    var commands: [String] = []
    let target = try target.target.target(of: compiled.plan)
    // Before anything is written: the plan may be for another machine.
    let outcome = try deadline?.measure(compiled)
    let writer = EmitWriter(
      file: compiled, target: target,
      prefix: prefix ?? CEmitter.defaultPrefix(compiled.plan.name),
      kinds: emit.kinds, weights: weights, output: output,
      log: { line in
        session.log(line)
        commands.append(line)
      })
    let written = try writer.write()
    let weights = compiled.plan.weightType
    let suffix = weights == .f32 ? "" : ", \(weights.rawValue) weights"
    try session.print("target: \(target.word) (\(compiled.plan.isa))\(suffix)")
    for file in written {
      session.addResult(
        .object([
          "kind": .string(file.kind), "path": .string(file.path),
          "bytes": .integer(file.byteCount), "target": .string(target.word),
          "weights": .string(weights.rawValue), "prefix": .string(writer.prefix),
        ]))
      try session.print("\(file.kind): \(file.path), \(grouped(file.byteCount)) bytes")
    }
    if explain {
      try Explanation(compiled.plan, choices: choices).show(session)
      for command in commands {
        session.addResult(.object(["kind": .string("command"), "line": .string(command)]))
        try session.print("command: \(command)")
      }
      try Certificate(compiled.plan, for: target, session).show(session)
    }
    try outcome?.show(session)
    return outcome?.isMet ?? true ? .yes : .no
  }
}
