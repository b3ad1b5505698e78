import Compiler
import Foundation
import Kernels
import Model
import Plan
import Tensors
import TestSupport
import Testing

/// Emitted C gives the runtime's bits on the same instruction set: whole, in steps, in portions, on
/// two threads.
@Suite struct SameBitsTests {
  static let compilers = ["gcc", "clang"].filter(Shell.has)
  static let steps = 150
  /// Every model by every compiler on every instruction set: `make same-bits`.
  static let isExhaustive =
    ProcessInfo.processInfo.environment["RNNC_EXHAUSTIVE"].map { !$0.isEmpty } ?? false

  @Test func aCompilerIsThere() {
    #expect(!Self.compilers.isEmpty, "neither gcc nor clang: 'make setup' installs gcc")
  }

  @Test(arguments: EmissionModels.all, compilers)
  func emittedCGivesTheRuntimesBits(model: EmissionModels, compiler: String) throws {
    let graph = try model.load()
    let hasThreads = Self.hasThreads(compiler, model)
    for isa in ISA.all where isa.runsHere && Self.isChecked(isa, compiler, model) {
      let plan = try Compile.plan(graph, for: isa)
      let prefix = "model_\(isa.name)"
      let library = try EmittedLibrary(
        plan, prefix: prefix, compiler: compiler, flags: isa.features.map { "-m\($0)" },
        hasThreads: hasThreads)
      let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
      let expected = try RuntimeRun.outputs(plan, isa, inputs, steps: Self.steps)
      for way in Way.all where way.threads == nil || hasThreads {
        library.reset()
        let got = library.run(
          inputs, portions: way.portions, steps: Self.steps, threads: way.threads)
        let agrees = got == expected
        #expect(agrees, "\(model) on \(isa.name): \(way.name)")
      }
    }
  }

  /// A way to carry 150 steps through the emitted functions.
  private struct Way {
    var name: String
    /// Steps of each call; nil calls `step`.
    var portions: [Int]?
    var threads: Int32?

    static let all = [
      Way(name: "run", portions: [SameBitsTests.steps]), Way(name: "step"),
      Way(name: "portions", portions: [1, 63, 2, 64, 0, 20]),
      Way(name: "two threads", portions: [SameBitsTests.steps], threads: 2),
      Way(name: "two threads in portions", portions: [1, 63, 2, 64, 0, 20], threads: 2),
    ]
  }

  @Test(arguments: compilers) func halfTheBytesGiveTheSameBits(compiler: String) throws {
    for isa in ISA.all where isa.runsHere {
      let plan = try Compile.plan(EmissionModels.allLayers.load(), for: isa, weights: .bf16)
      let library = try EmittedLibrary(
        plan, prefix: "half_\(isa.name)", compiler: compiler,
        flags: isa.features.map { "-m\($0)" })
      let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
      let expected = try RuntimeRun.outputs(plan, isa, inputs, steps: Self.steps)
      let agrees =
        library.run(inputs, portions: [1, 63, 2, 64, 0, 20], steps: Self.steps) == expected
      #expect(agrees, "\(isa.name)")
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
      let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
      let agrees =
        try library.run(inputs, portions: [Self.steps], steps: Self.steps)
        == RuntimeRun.outputs(plan, isa, inputs, steps: Self.steps)
      #expect(agrees, "\(isa.name) with \(level)")
    }
  }

  /// A source with threads has its kernels twice: half of the models meet them by each compiler.
  private static func hasThreads(_ compiler: String, _ model: EmissionModels) -> Bool {
    guard OpenMP.isThere(for: compiler) else { return false }
    let turn = EmissionModels.all.firstIndex { "\($0)" == "\(model)" }!
    return isExhaustive || (turn % 2 == 0) == (compiler == compilers[0])
  }

  /// The first compiler sees real models on every instruction set and the others on two of them in
  /// turn, the second compiler the plain one: each text is then compiled by all of them at a bearable
  /// cost.
  private static func isChecked(_ isa: ISA, _ compiler: String, _ model: EmissionModels) -> Bool {
    if isExhaustive { return true }
    guard compiler == compilers[0], isa.name != "scalar" else { return isa.name == "scalar" }
    if case .cell = model {} else { return true }
    let vectors = ISA.all.filter { $0.runsHere && $0.name != "scalar" }
    let turn = EmissionModels.all.firstIndex { "\($0)" == "\(model)" }! % vectors.count
    return isa == vectors[turn]
  }

  /// Subnormal results are zero inside a call, and the caller's arithmetic is as it was after it.
  @Test(arguments: compilers)
  func subnormalNumbersAreFlushed(compiler: String) throws {
    let graph = try EmissionModels.load(
      yaml: """
        format: 1
        weights: {init: uniform}
        inputs: {x: {shape: [5]}}
        layers: [{scale: tiny, by: 1.0e-30}]
        outputs: {y: {from: tiny}}
        """)
    let x = (0..<5 * Self.steps).map { $0 % 5 == 0 ? Float(1e-5) : 1e-10 }
    for isa in ISA.all where isa.runsHere && (compiler == Self.compilers[0] || isa.name == "scalar")
    {
      let plan = try Compile.plan(graph, for: isa)
      let inputs = [x.map(\.bitPattern)]
      let got = try RuntimeRun.outputs(plan, isa, inputs, steps: Self.steps)[0]
      let small = x.reduce(Float.infinity, min)
      #expect(small * 1e-30 > 0, "the mode stayed")
      for (i, bits) in got.enumerated() { #expect((Float(bitPattern: bits) > 0) == (i % 5 == 0)) }
      let library = try EmittedLibrary(
        plan, prefix: "flush", compiler: compiler, flags: isa.features.map { "-m\($0)" })
      let emitted = library.run(inputs, portions: [Self.steps], steps: Self.steps)[0]
      #expect(emitted == got)
      #expect(small * 1e-30 > 0, "the mode stayed")
    }
  }

  @Test(arguments: compilers)
  func savedStateContinues(compiler: String) throws {
    let graph = try EmissionModels.cell("lstm", input: "dense", recurrent: "dense").load()
    let plan = try Compile.plan(graph, for: ISA.named("scalar")!)
    let library = try EmittedLibrary(plan, prefix: "saved", compiler: compiler)
    let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
    _ = library.run(inputs, portions: [10], steps: 10)
    let saved = library.save()
    let after = library.run(inputs, portions: [20], steps: 20)
    #expect(library.load(saved) == 0)
    #expect(library.run(inputs, portions: [20], steps: 20) == after)
    #expect(library.load([UInt8](repeating: 7, count: saved.count)) == -7)
    #expect(library.load([1, 2, 3]) == -1)
  }
}
