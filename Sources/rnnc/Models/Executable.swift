import Compiler
import Emission
import Kernels
import Model
import Plan
import Runtime

/// A model ready to run here: the plan for what it says about its inputs and outputs, and the
/// program that runs it.
struct Executable {
  let plan: Plan
  let program: Program

  /// Loads a description (and compiles it) or a plan. Prints the target.
  static func load(
    _ path: String, _ options: DescriptionOptions, _ choice: CompilationChoice, _ session: Session
  ) throws -> Executable {
    switch try ModelFile.load(path, options, session) {
    case .description(let graph):
      return try compile(graph, choice, session)
    case .plan(let file, let program, _):
      try choice.checkFits(file.plan, path: path)
      CompilationChoice.announce(file.plan, session)
      // Opened again, a plan that cannot run here says why.
      let opened = try program ?? open { () throws(RuntimeError) in try Program(planFile: path) }
      return Executable(plan: file.plan, program: opened)
    }
  }

  /// Compiles for this machine; what cannot run here is refused (69).
  static func compile(
    _ graph: ModelGraph, _ choice: CompilationChoice, _ session: Session
  ) throws -> Executable {
    let target = try choice.target.target()
    let isa = target.isa
    guard isa.runsHere, target.machine.isHost else {
      throw Failure(
        .unavailable, "the target '\(target.word)' cannot run on this machine",
        notes: ["it needs \(target.needs)"],
        help: ["'rnnc compile' can still compile for it"])
    }
    choice.announce(target, session)
    return try opening(planFile(of: graph, for: isa, choice, session))
  }

  /// A plan in memory, opened.
  static func opening(_ file: PlanFile) throws -> Executable {
    let bytes = try PlanFileWriter.bytes(of: file)
    let program = try open { () throws(RuntimeError) in try Program(planBytes: bytes) }
    return Executable(plan: file.plan, program: program)
  }

  /// Compiles for any instruction set.
  static func planFile(
    of graph: ModelGraph, for isa: ISA, _ choice: CompilationChoice, _ session: Session
  ) throws -> PlanFile {
    let function = try Compile.function(graph) { session.log($0.summary) }
    let plan = try Compile.plan(function, of: graph, for: isa, weights: choice.weightType)
    session.log("planned \(plan.calls.count) kernel calls, \(plan.weights.count) bytes of weights")
    return PlanFile(
      plan: plan, toolVersion: toolVersion, features: isa.features.joined(separator: ","))
  }

  private static func open(_ body: () throws(RuntimeError) -> Program) throws(Failure) -> Program {
    do {
      return try body()
    } catch {
      throw Failure(runtime: error)
    }
  }
}

extension Failure {
  /// What the runtime found wrong with a plan or a call.
  init(runtime error: RuntimeError) {
    let status: ExitStatus =
      switch error.code {
      case .missing: .missing
      case .malformed, .version, .state: .malformed
      case .unavailable, .memory: .unavailable
      case .argument: .internalError
      }
    self.init(
      status, error.message,
      help: status == .internalError ? [reportingHelp] : [])
  }
}
