import Compiler
import Kernels
import Plan

/// A plan for any target, from a description or a plan file.
enum CompiledPlan {
  static func load(
    _ path: String, _ options: DescriptionOptions, _ target: TargetChoice, _ session: Session
  ) throws -> PlanFile {
    switch try ModelFile.load(path, options, session) {
    case .description(let graph):
      let isa = try target.isa()
      target.announce(isa, session)
      return try Executable.planFile(of: graph, for: isa, session)
    case .plan(let file, _, _):
      try target.checkFits(file.plan, path: path)
      return file
    }
  }
}
