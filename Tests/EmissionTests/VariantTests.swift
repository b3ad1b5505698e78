import Compiler
import Emission
import Kernels
import Plan
import TestSupport
import Testing

/// What emitted C can be asked for: threads, several instruction sets, weights as arrays or in a file.
/// None of it changes a bit.
@Suite struct VariantTests {
  static let steps = 150
  static let compilers = ["gcc", "clang"].filter(Shell.has)

  /// Real models that differ in kernels, one of each cell, and every other layer.
  static let models =
    EmissionModels.all.filter {
      ["chorales-gru", "chorales-lstm-8-blocks", "spoken-digits"].contains("\($0)")
    } + [
      .cell("lstm", input: "dense", recurrent: "block_diagonal"),
      .cell("gru", input: "block_diagonal", recurrent: "diagonal"),
      .cell("rnn", input: "dense", recurrent: "dense"), .allLayers,
    ]

  /// In turn on all instruction sets of this machine.
  private func isa(_ model: EmissionModels) -> ISA {
    let present = ISA.all.filter(\.runsHere)
    let turn = Self.models.firstIndex { "\($0)" == "\(model)" }!
    return present[turn % present.count]
  }

  /// The compilers take turns.
  @Test(
    .enabled(if: !compilers.filter(OpenMP.isThere).isEmpty, "needs a compiler with OpenMP"),
    arguments: models.indices)
  func anyNumberOfThreadsGivesTheSameBits(index: Int) throws {
    let model = Self.models[index]
    let compilers = Self.compilers.filter(OpenMP.isThere)
    let compiler = compilers[index % compilers.count]
    let isa = isa(model)
    let plan = try Compile.plan(model.load(), for: isa)
    let library = try EmittedLibrary(plan, prefix: "many", compiler: compiler, hasThreads: true)
    let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
    let expected = try RuntimeRun.outputs(plan, isa, inputs, steps: Self.steps)
    for threads in [1, 2, 3] as [Int32] {
      library.reset()
      let portions = [1, 63, 2, 64, 0, 20]
      let got = library.run(inputs, portions: portions, steps: Self.steps, threads: threads)
      let agrees = got == expected
      #expect(agrees, "\(model) on \(isa.name), \(threads) threads")
    }
    library.reset()
    let serial = library.run(inputs, portions: [Self.steps], steps: Self.steps) == expected
    #expect(serial, "\(model) on \(isa.name), run")
  }

  /// A source with threads that is compiled without OpenMP runs alone.
  @Test func withoutOpenMPOneThreadRuns() throws {
    let plan = try Compile.plan(EmissionModels.allLayers.load(), for: ISA.named("scalar")!)
    let emitted = try CEmitter(plan, prefix: "m", version: "test", hasThreads: true).emit()
    let folder = try TemporaryFolder()
    let sources = try emitted.write("m", to: folder)
    try Shell.run(
      [Self.compilers[0], "-std=gnu99", "-Wall", "-Wextra", "-Werror", "-c"] + sources,
      in: folder)
    #expect(try !Shell.run(["nm", "-u", "m.o"], in: folder).contains("omp"))
  }

  @Test(arguments: compilers, WeightsPlacement.allCases)
  func theBestInstructionSetIsChosen(compiler: String, weights: WeightsPlacement) throws {
    let x86 = ISA.all.filter { $0.target.hasPrefix("x86") }
    guard let best = x86.first(where: \.runsHere) else { return }
    let graph = try EmissionModels.allLayers.load()
    let plans = try x86.map { try Compile.plan(graph, for: $0) }
    let library = try EmittedLibrary(
      plans, prefix: "all", compiler: compiler, weights: weights)
    let plan = plans.first { $0.isa == best.name }!
    let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
    let expected = try RuntimeRun.outputs(plan, best, inputs, steps: Self.steps)
    let agrees =
      library.run(inputs, portions: [1, 63, 2, 64, 0, 20], steps: Self.steps) == expected
    #expect(agrees)
    let saved = library.save()
    #expect(library.load(saved) == 0)
    #expect(library.load([UInt8](repeating: 7, count: saved.count)) == -7)
  }

  @Test(arguments: WeightsPlacement.allCases)
  func weightsStandWhereTheyShould(weights: WeightsPlacement) throws {
    let plan = try Compile.plan(EmissionModels.allLayers.load(), for: ISA.named("scalar")!)
    let emitted = try CEmitter(plan, prefix: "m", version: "test", weights: weights).emit()
    #expect((emitted.weights == nil) == (weights != .file))
    #expect(emitted.source.contains(".incbin") == (weights == .file))
    let library = try EmittedLibrary(
      [plan], prefix: "m", compiler: Self.compilers[0], weights: weights)
    let inputs = RuntimeRun.inputs(of: plan, steps: 20)
    let expected = try RuntimeRun.outputs(plan, ISA.named("scalar")!, inputs, steps: 20)
    #expect(library.run(inputs, portions: [20], steps: 20) == expected)
  }
}
