import Compiler
import Diagnostics
import Emission
import IR
import Kernels
import Model
import Plan

/// The texts of `show --stage`.
struct StageText {
  private let model: ModelFile
  private let choice: CompilationChoice
  private let session: Session

  init(
    _ path: String, _ options: DescriptionOptions, _ choice: CompilationChoice, _ session: Session
  ) throws {
    model = try ModelFile.load(path, options, session)
    self.choice = choice
    self.session = session
  }

  func text(_ stage: ShowCommand.Stage, after pass: String?) throws -> String {
    switch stage {
    case .graph: return GraphPrinter(try model.requireGraph(for: "--stage graph")).text
    case .ir:
      let graph = try model.requireGraph(for: "--stage ir")
      let function = try Compile.function(graph, passes: passes(after: pass)) {
        session.log($0.summary)
      }
      return IRPrinter.text(of: function)
    case .plan: return PlanPrinter(names: KernelDescriptor.callNames).text(of: try plan())
    case .c:
      let plan = try plan()
      let prefix = CEmitter.defaultPrefix(plan.name)
      return try CEmitter(plan, prefix: prefix, version: toolVersion).emit().source
    }
  }

  private func plan() throws -> Plan {
    switch model {
    case .description(let graph):
      let target = try choice.target.target()
      choice.announce(target, session)
      return try Executable.planFile(of: graph, for: target.isa, choice, session).plan
    case .plan(let file, _, let path):
      try choice.checkFits(file.plan, path: path)
      return file.plan
    }
  }

  /// The standard passes up to `name`; none for `lowering`.
  private func passes(after name: String?) throws(Failure) -> PassPipeline {
    guard let name else { return .standard }
    if name == "lowering" { return PassPipeline("lowering", []) }
    if let passes = PassPipeline.standard.ending(after: name) { return passes }
    let names = ["lowering"] + PassPipeline.standard.passNames
    let near = nearestWord(to: name, among: names).map { ["did you mean '\($0)'?"] } ?? []
    throw Failure(
      .usage, "--after: there is no pass '\(name)'",
      notes: ["the passes are \(names.joined(separator: ", "))"], help: near)
  }
}

extension KernelDescriptor {
  /// Words for a call's numbers in plan texts.
  static func callNames(_ call: KernelCall) -> PlanPrinter.CallNames? {
    guard let kernel = KernelDescriptor.named(call.kernel) else { return nil }
    return PlanPrinter.CallNames(
      integers: kernel.integerNames,
      operands: call.operands.indices.map { kernel.operand($0, integers: call.integers).name })
  }
}
