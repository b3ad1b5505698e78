import Compiler
import IR
import Model
import TestSupport
import Testing

/// Models as IR, evaluated in `Double` after lowering and after the passes, against the reference.
@Suite struct IRAgreementTests {
  /// After lowering both sides work in Double with the same constants; sums are merely ordered
  /// otherwise.
  static let lowered = 1e-11

  /// Passes round what they fold to f32, 2^-24 relative: a sum of n terms w x with |w| <= 1/sqrt(n)
  /// (a batch norm in it: up to 5 times that) and |x| of a few is then off by some 1e-6 at most.
  static let folded = 4e-6

  @Test(arguments: CellRegistry.cells.map { $0.keyword })
  func everyCellAndStructure(keyword: String) throws {
    for seed in 0..<max(200, RandomCase.structurePairs) {
      let random = RandomCase.recurrent(keyword, seed: seed, steps: seed % 13)
      try check(#require(random, "no shape fits seed \(seed)"))
    }
  }

  @Test func randomChains() throws {
    var met: Set<String> = []
    for seed in 0..<300 {
      let random = RandomCase.chain(seed: seed, layers: 1 + seed % 9, steps: seed % 11)
      met.formUnion(random.graph.layers.map { $0.kind.word })
      try check(random)
    }
    #expect(met == LayerKind.allWords)
  }

  /// Every pass of its own, on the function that the passes before it made.
  @Test func everyPassKeepsTheMeaning() throws {
    for seed in 300..<360 {
      let random = RandomCase.chain(seed: seed, layers: 1 + seed % 9, steps: seed % 7)
      let want = try random.reference()
      var function = lowerGraph(random.graph)
      for pass in PassPipeline.standard.passes {
        let before = function
        function = pass.run(function)
        guard function != before else { continue }
        try function.verify()
        check(function, random, want, Self.folded, "after \(pass.name)")
      }
    }
  }

  private func check(_ random: RandomCase) throws {
    let want = try random.reference()
    let function = lowerGraph(random.graph)
    check(function, random, want, Self.lowered, "lowered")
    let final = try PassPipeline.standard.run(function, verifying: true)
    check(final, random, want, Self.folded, "after all passes")
  }

  private func check(
    _ function: Function, _ random: RandomCase,
    _ want: (outputs: [String: [Double]], states: [String: [Double]]), _ tolerance: Double,
    _ stage: String
  ) {
    var evaluator = IREvaluator(function)
    let outputs = evaluator.run(random.doubles, steps: random.steps)
    for (got, want, what) in [
      (outputs, want.outputs, "output"), (evaluator.states, want.states, "state"),
    ] {
      expectClose(
        got, want, absolute: tolerance, relative: tolerance, "\(random.label), \(stage), \(what)")
    }
  }
}
