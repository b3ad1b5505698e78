import IR
import Kernels
import Model
import Runtime
import TestSupport
import Testing

/// Compiled models, run by the C runtime on every instruction set of this machine, against the
/// reference; and the same bits however a sequence is cut.
@Suite struct RuntimeAgreementTests {
  /// f32 against Double, for values of magnitude 1; larger ones are allowed as much more.
  static let tolerance = 1e-5

  /// Sequence lengths around the tile's 64 steps; every tenth case is long.
  static let lengths = [1, 2, 3, 5, 0, 8, 17, 40, 64, 65, 130]

  static func steps(_ seed: Int) -> Int { seed % 10 == 9 ? 1000 : lengths[seed % lengths.count] }

  @Test(arguments: CellRegistry.cells.map { $0.keyword })
  func everyCellAndStructure(keyword: String) throws {
    for seed in 0..<max(200, RandomCase.structurePairs) {
      let random = RandomCase.recurrent(keyword, seed: seed, steps: Self.steps(seed))
      try check(#require(random, "no shape fits seed \(seed)"))
    }
  }

  @Test func randomChains() throws {
    for seed in 0..<300 {
      try check(.chain(seed: seed, layers: 1 + seed % 9, steps: Self.steps(seed) % 150))
    }
  }

  private func check(_ random: RandomCase) throws {
    let want = try random.reference()
    for isa in ISA.here {
      let label = "\(random.label), \(isa.name)"
      let run = try StreamRun(
        Program(random.graph, for: isa), inputs: random.inputs, steps: random.steps)
      let whole = try run.run(portions: [max(random.steps, 1)])
      expectClose(whole.outputs, want.outputs, "\(label), output")
      expectClose(whole.states, want.states, "\(label), state")
      let stepped = try run.run(portions: [1])
      #expect(stepped.hasBits(of: whole), "\(label): steps differ from the whole sequence")
      let chunked = try run.run(portions: [3, 0, 1, 64, 7, 31])
      #expect(chunked.hasBits(of: whole), "\(label): portions differ from the whole sequence")
    }
  }

  private func expectClose(
    _ got: [String: [Float]], _ want: [String: [Double]], _ what: String
  ) {
    let scale = max(1, want.values.joined().map { abs($0) }.max() ?? 0)
    AgreementTests.expectClose(
      got.mapValues { $0.map(Double.init) }, want, absolute: Self.tolerance * scale, what)
  }
}
