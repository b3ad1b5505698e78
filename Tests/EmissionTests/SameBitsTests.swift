import Compiler
import Foundation
import Kernels
import Model
import Plan
import Runtime
import Tensors
import TestSupport
import Testing

/// Emitted C gives the runtime's bits on the same instruction set, whole, in steps and in portions.
@Suite struct SameBitsTests {
  static let compilers = ["gcc", "clang"].filter(Shell.has)
  static let steps = 150

  @Test func aCompilerIsThere() {
    #expect(!Self.compilers.isEmpty, "neither gcc nor clang: 'make setup' installs gcc")
  }

  @Test(arguments: EmissionModels.all, compilers)
  func emittedCGivesTheRuntimesBits(model: EmissionModels, compiler: String) throws {
    let graph = try model.load()
    for isa in ISA.all where isa.runsHere && Self.isChecked(isa, compiler) {
      let plan = try Compile.plan(graph, for: isa)
      let prefix = "model_\(isa.name)"
      let flags = isa.features.map { "-m\($0)" }
      let library = try EmittedLibrary(plan, prefix: prefix, compiler: compiler, flags: flags)
      let inputs = randomInputs(of: plan)
      let expected = try runtimeOutputs(plan, isa, inputs)
      let whole = library.run(inputs, portions: [Self.steps], steps: Self.steps)
      let wholeAgrees = whole == expected
      #expect(wholeAgrees, "\(model) on \(isa.name): run")
      library.reset()
      let stepped = library.run(inputs, portions: nil, steps: Self.steps)
      let steppedAgrees = stepped == expected
      #expect(steppedAgrees, "\(model) on \(isa.name): step")
      library.reset()
      let portions = library.run(inputs, portions: [1, 63, 2, 64, 0, 20], steps: Self.steps)
      let portionsAgrees = portions == expected
      #expect(portionsAgrees, "\(model) on \(isa.name): portions")
    }
  }

  /// Without optimisation nothing is inlined; whatever the level, no bit changes.
  @Test(
    arguments: compilers,
    [["-O0"], ["-O3"], ["-O1", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]])
  func everyLevelGivesTheSameBits(compiler: String, level: [String]) throws {
    let graph = try EmissionModels.allLayers.load()
    for isa in ISA.all where isa.runsHere {
      let plan = try Compile.plan(graph, for: isa)
      let flags = isa.features.map { "-m\($0)" } + level
      let library = try EmittedLibrary(plan, prefix: "level", compiler: compiler, flags: flags)
      let inputs = randomInputs(of: plan)
      let agrees =
        try library.run(inputs, portions: [Self.steps], steps: Self.steps)
        == runtimeOutputs(plan, isa, inputs)
      #expect(agrees, "\(isa.name) with \(level)")
    }
  }

  /// The first compiler sees every instruction set, the others the plain one: each text is then
  /// compiled by all of them at a bearable cost.
  private static func isChecked(_ isa: ISA, _ compiler: String) -> Bool {
    compiler == compilers[0] || isa.name == "scalar"
  }

  @Test(arguments: compilers)
  func savedStateContinues(compiler: String) throws {
    let graph = try EmissionModels.cell("lstm", input: "dense", recurrent: "dense").load()
    let plan = try Compile.plan(graph, for: ISA.named("scalar")!)
    let library = try EmittedLibrary(plan, prefix: "saved", compiler: compiler)
    let inputs = randomInputs(of: plan)
    _ = library.run(inputs, portions: [10], steps: 10)
    let saved = library.save()
    let after = library.run(inputs, portions: [20], steps: 20)
    #expect(library.load(saved) == 0)
    #expect(library.run(inputs, portions: [20], steps: 20) == after)
    #expect(library.load([UInt8](repeating: 7, count: saved.count)) == -7)
    #expect(library.load([1, 2, 3]) == -1)
  }

  private func randomInputs(of plan: Plan) -> [[UInt32]] {
    var random = SeededRandom(seed: 5)
    return plan.inputs.map { port in
      (0..<port.width * Self.steps).map { _ in
        port.element == .i32
          ? UInt32.random(in: 0..<7, using: &random) : random.uniform(1).bitPattern
      }
    }
  }

  private func runtimeOutputs(
    _ plan: Plan, _ isa: ISA, _ inputs: [[UInt32]]
  ) throws -> [[UInt32]] {
    let file = PlanFile(
      plan: plan, toolVersion: "test", features: isa.features.joined(separator: ","))
    let program = try Program(planBytes: PlanFileWriter.bytes(of: file))
    var stream = Stream(program)
    let ins = inputs.map { rows in
      let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: rows.count)
      copy.initialize(from: rows, count: rows.count)
      return copy
    }
    let outs = plan.outputs.map {
      UnsafeMutablePointer<UInt32>.allocate(capacity: $0.width * Self.steps)
    }
    defer { for memory in ins + outs { memory.deallocate() } }
    try stream.run(
      inputs: ins.map { UnsafeRawPointer($0) as UnsafeRawPointer? },
      outputs: outs.map { UnsafeMutableRawPointer($0) as UnsafeMutableRawPointer? },
      steps: Self.steps)
    return zip(outs, plan.outputs).map {
      Array(UnsafeBufferPointer(start: $0, count: $1.width * Self.steps))
    }
  }
}
