import Compiler
import Emission
import Kernels
import Plan

/// A plan for a target, from a description or a plan file.
struct CompiledPlan {
  var file: PlanFile
  let target: Target

  /// One for each target of the choice, the best one first; a plan file has one.
  static func load(
    _ path: String, _ options: DescriptionOptions, _ choice: CompilationChoice, _ session: Session
  ) throws -> [CompiledPlan] {
    switch try ModelFile.load(path, options, session) {
    case .description(let graph):
      return try choice.target.targets().map { target in
        choice.announce(target, session)
        let file = try Executable.planFile(of: graph, for: target.isa, choice, session)
        return CompiledPlan(file: file, target: target)
      }
    case .plan(let file, _, _):
      try choice.checkFits(file.plan, path: path)
      return [CompiledPlan(file: file, target: try choice.target.target(of: file.plan))]
    }
  }
}
