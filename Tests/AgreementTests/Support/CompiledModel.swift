import Compiler
import Kernels
import Model
import Plan
import Runtime

extension ISA {
  /// The instruction sets that this machine can run; tests try them all.
  static var here: [ISA] { all.filter(\.runsHere) }
}

extension Program {
  /// The whole road: lowered, passed, planned, written as a plan file and opened.
  convenience init(_ graph: ModelGraph, for isa: ISA) throws {
    let plan = try Compile.plan(graph, for: isa, verifying: true)
    let file = PlanFile(
      plan: plan, toolVersion: "tests", features: isa.features.joined(separator: ","))
    try self.init(planBytes: PlanFileWriter.bytes(of: file))
  }
}
