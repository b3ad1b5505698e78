import Compiler
import Kernels
import Plan

/// A plan for any target, from a description or a plan file.
enum CompiledPlan {
  static func load(
    _ path: String, _ options: DescriptionOptions, _ choice: CompilationChoice, _ session: Session
  ) throws -> PlanFile {
    switch try ModelFile.load(path, options, session) {
    case .description(let graph):
      let target = try choice.target.target()
      choice.announce(target, session)
      return try Executable.planFile(of: graph, for: target.isa, choice, session)
    case .plan(let file, _, _):
      try choice.checkFits(file.plan, path: path)
      return file
    }
  }
}
