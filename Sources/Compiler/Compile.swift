import IR
import Kernels
import Model
import Plan
import Tensors

/// The road from a checked model to a plan: lower, run the passes, select and plan.
///
/// A failure here is a bug of ours, never the user's: the model was checked before.
package enum Compile {
  /// The model as IR after the given passes.
  package static func function(
    _ graph: ModelGraph, passes: PassPipeline = .standard,
    verifying: Bool = PassPipeline.verifiesByDefault, report: (PassReport) -> Void = { _ in }
  ) throws(CompilerBug) -> Function {
    do throws(PassError) {
      return try passes.run(lowerGraph(graph), verifying: verifying, report: report)
    } catch {
      throw CompilerBug(error.description)
    }
  }

  /// The plan of a model for one instruction set, which need not be this machine's.
  package static func plan(
    _ graph: ModelGraph, for isa: ISA, weights: ElementType = .f32,
    verifying: Bool = PassPipeline.verifiesByDefault
  ) throws(CompilerBug) -> Plan {
    try plan(function(graph, verifying: verifying), of: graph, for: isa, weights: weights)
  }

  /// The plan of a function that the standard passes left; `weights` is what matrices are stored as.
  package static func plan(
    _ function: Function, of graph: ModelGraph, for isa: ISA, weights: ElementType = .f32
  ) throws(CompilerBug) -> Plan {
    var builder = PlanBuilder(function, target: KernelTarget(isa, weights: weights))
    var plan = try builder.build()
    plan.rate = graph.rate
    plan.inputs = graph.inputs.map {
      Port(
        name: $0.name, element: $0.element == .f32 ? .f32 : .i32, declared: $0.element,
        shape: $0.shape)
    }
    plan.outputs = graph.outputs.map {
      Port(
        name: $0.name, element: .f32, declared: .f32, shape: [$0.width], labels: $0.labels)
    }
    return plan
  }
}

extension KernelTarget {
  package init(_ isa: ISA, weights: ElementType = .f32) {
    let names = Opcode.all.map { ($0.name, Int32($0.index)) }
    self.init(
      isa: isa.name, lanes: isa.lanes, opcodes: Dictionary(uniqueKeysWithValues: names),
      weightType: weights)
  }
}
