import Compiler
import IR
import Kernels
import Model
import Plan
import Runtime
import Tensors
import TestSupport
import Testing

/// Matrices stored as bf16: what is lost is the rounding of the weights, once, and nothing else.
@Suite struct BFloat16Tests {
  /// The program of bf16 weights, and the f32 program of the same weights rounded beforehand.
  private struct Pair {
    let stored: Program
    let rounded: Program

    init(_ graph: ModelGraph, for isa: ISA) throws {
      var function = try Compile.function(graph, verifying: true)
      stored = try Self.program(function, graph, isa, .bf16)
      // A lookup is no product: its table stays f32.
      let tables = Self.tables(of: function.body)
      for (symbol, constant) in function.constants where !tables.contains(symbol) {
        guard case .matrix(let type, let numbers) = constant else { continue }
        function.constants[symbol] = .matrix(
          type, numbers.map { Float(bfloat16Bits: $0.bfloat16Bits) })
      }
      rounded = try Self.program(function, graph, isa, .f32)
    }

    private static func tables(of block: [Operation]) -> Set<Symbol> {
      block.reduce(into: []) { tables, operation in
        switch operation.op {
        case .embedding(let table, _): tables.insert(table)
        case .scan(let scan): tables.formUnion(Self.tables(of: scan.body))
        default: break
        }
      }
    }

    private static func program(
      _ function: Function, _ graph: ModelGraph, _ isa: ISA, _ weights: ElementType
    ) throws -> Program {
      try Program(Compile.plan(function, of: graph, for: isa, weights: weights), isa: isa)
    }
  }

  @Test(arguments: CellRegistry.cells.map { $0.keyword })
  func storedWeightsGiveTheBitsOfRoundedOnes(keyword: String) throws {
    for seed in 0..<max(60, RandomCase.structurePairs) {
      let random = try #require(
        RandomCase.recurrent(keyword, seed: seed, steps: RuntimeAgreementTests.steps(seed) % 70))
      try check(random)
    }
  }

  @Test func randomChains() throws {
    for seed in 0..<60 { try check(.chain(seed: seed, layers: 1 + seed % 6, steps: seed % 40)) }
  }

  private func check(_ random: RandomCase) throws {
    // Where pairs have an instruction, inputs are rounded too: KernelTests hold that.
    for isa in ISA.here where !isa.roundsInputs {
      let label = "\(random.label), \(isa.name)"
      let pair = try Pair(random.graph, for: isa)
      let run = StreamRun(pair.stored, inputs: random.inputs, steps: random.steps)
      let whole = try run.run(portions: [max(random.steps, 1)])
      #expect(try run.run(portions: [1]).hasBits(of: whole), "\(label): steps differ")
      #expect(try run.run(portions: [3, 0, 64, 7]).hasBits(of: whole), "\(label): portions differ")
      let want = try StreamRun(pair.rounded, inputs: random.inputs, steps: random.steps)
        .run(portions: [max(random.steps, 1)])
      #expect(want.hasBits(of: whole), "\(label): not the rounded weights")
    }
  }
}
