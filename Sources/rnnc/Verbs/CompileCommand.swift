import ArgumentParser
import COpenMP
import DataFiles
import Emission
import Kernels
import Plan

/// `rnnc compile`: a description to a plan file or to C.
struct CompileCommand: Verb {
  static let verb = "compile"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Compile a model to a plan file or to C.",
    discussion: """
      One kind: -o is the file. Several: -o is a folder, made if absent, with PREFIX.plan, PREFIX.c, \
      PREFIX.h and, for larger models, PREFIX.weights. The header and the weights always stand \
      beside the C file, under the prefix.
      """)

  @Argument(help: ArgumentHelp("A description or a plan.", valueName: "MODEL")) var model: String
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The file, or the folder of several kinds (default: PREFIX.plan ... here).")
  var output: String?
  @Option(help: "What to write: plan, c, or both with a comma.")
  var emit = EmitKinds(kinds: [.plan])
  @Option(help: "Prefix of names in C and of files (default: the model's name).")
  var prefix: String?
  @Flag(help: "Choose by measurement on this machine how matrices are walked (some 4 seconds).")
  var tune = false
  @Flag(help: "Print how every matrix is walked, and what decided it.")
  var explain = false
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
    let writer = EmitWriter(
      file: compiled, prefix: prefix ?? CEmitter.defaultPrefix(compiled.plan.name),
      kinds: emit.kinds, output: output)
    let written = try writer.write()
    let isa = ISA.named(compiled.plan.isa)
    let weights = compiled.plan.weightType
    let suffix = weights == .f32 ? "" : ", \(weights.rawValue) weights"
    try session.print("target: \(isa?.target ?? "unknown") (\(compiled.plan.isa))\(suffix)")
    for file in written {
      session.addResult(
        .object([
          "kind": .string(file.kind), "path": .string(file.path),
          "bytes": .integer(file.byteCount), "target": .optional(isa?.target),
          "weights": .string(weights.rawValue), "prefix": .string(writer.prefix),
        ]))
      try session.print("\(file.kind): \(file.path), \(grouped(file.byteCount)) bytes")
    }
    if explain { try Explanation(compiled.plan, choices: choices).show(session) }
    return .yes
  }
}

/// What `--emit` takes: kinds with commas between them.
struct EmitKinds: ExpressibleByArgument, CustomStringConvertible {
  enum Kind: String, CaseIterable { case plan, c }

  let kinds: [Kind]

  init(kinds: [Kind]) { self.kinds = kinds }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let kinds = words.compactMap { Kind(rawValue: String($0)) }
    guard kinds.count == words.count, Set(kinds).count == kinds.count else { return nil }
    self.kinds = kinds
  }

  var description: String { kinds.map(\.rawValue).joined(separator: ",") }
  var defaultValueDescription: String { description }
  static var allValueStrings: [String] { Kind.allCases.map(\.rawValue) }
}
