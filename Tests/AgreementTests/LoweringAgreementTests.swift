import Compiler
import IR
import Model
import TestSupport
import Testing

/// Lowered models, evaluated as IR in `Double`, against the reference.
@Suite struct LoweringAgreementTests {
  /// Both sides work in Double; sums are merely ordered otherwise.
  static let tolerance = 1e-11

  @Test(arguments: CellRegistry.cells.map { $0.keyword })
  func everyCellAndStructure(keyword: String) throws {
    for seed in 0..<200 {
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

  private func check(_ random: RandomCase) throws {
    let want = try random.reference()
    var lowered = IREvaluator(lowerGraph(random.graph))
    let got = lowered.run(random.doubles, steps: random.steps)
    expectClose(got, want.outputs, "\(random.label), output")
    expectClose(lowered.states, want.states, "\(random.label), state")
  }

  private func expectClose(
    _ got: [String: [Double]], _ want: [String: [Double]], _ what: String
  ) {
    #expect(got.keys.sorted() == want.keys.sorted(), "\(what)")
    for (name, rows) in want {
      let isFinite = rows.allSatisfy { $0.isFinite }
      #expect(isFinite, "\(what) '\(name)': the generator let it run away")
      TestSupport.expectClose(
        got[name] ?? [], rows, absolute: Self.tolerance, relative: Self.tolerance,
        "\(what) '\(name)'")
    }
  }
}
