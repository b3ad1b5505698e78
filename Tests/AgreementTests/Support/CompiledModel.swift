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
    try self.init(Compile.plan(graph, for: isa, verifying: true), isa: isa)
  }

  /// Written as a plan file and opened.
  convenience init(_ plan: Plan, isa: ISA) throws {
    let file = PlanFile(
      plan: plan, toolVersion: "tests", features: isa.features.joined(separator: ","))
    try self.init(planBytes: PlanFileWriter.bytes(of: file))
  }
}
