import Compiler
import IR
import TestSupport
import Testing

@Suite struct PassPropertyTests {
  /// Random functions mean the same after every prefix of the pipeline.
  @Test(arguments: 0..<120 as Range<UInt64>)
  func `passes keep the meaning of random functions`(seed: UInt64) throws {
    let lowered = RandomFunction.make(seed: seed)
    try lowered.verify()
    var function = lowered
    for pass in PassPipeline.standard.passes {
      let next = try PassPipeline("one", [pass]).run(function, verifying: true)
      try expectSameResults(
        function, next, "seed \(seed), \(pass.name)", tolerance: 1e-5)
      function = next
    }
    try expectSameResults(lowered, function, "seed \(seed), all", tolerance: 1e-5)
  }

  /// A chain and a sum longer than any stack of recursive calls, a permutation behind both.
  @Test func `long chains pass`() throws {
    var builder = Builder(Function(name: "long"))
    let x = builder.parameter("x", .vector(2))
    let bias = builder.addConstant(named: Symbol("b"), .vector([0.25, -0.5]))
    let swap = builder.addConstant(named: Symbol("p"), .permutation([1, 0]))
    var y = x
    for _ in 0..<1000 { y = builder.binary(.add, y, builder.constant(bias)) }
    for _ in 0..<1000 { y = builder.activation(.tanh, y) }
    y = builder.append(.permute(y, swap))[0]
    let before = builder.finish(results: [(name: "y", value: y)])
    let after = try PassPipeline.standard.run(before, verifying: true)
    try expectSameResults(before, after, "long", tolerance: 1e-5)
    #expect(after.body.count < 50)
  }

  /// After the pipeline nothing is left that planning has no kernel for.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `the pipeline leaves only what has kernels`(seed: UInt64) throws {
    let function = try PassPipeline.standard.run(RandomFunction.make(seed: seed, size: 20))
    function.forEachOperation { operation in
      switch operation.op {
      case .activation, .binary, .prelu, .batchNorm:
        Issue.record("seed \(seed): \(operation.op.mnemonic) is left")
      case .project(let matrix, _, _):
        guard case .matrix(let type, _)? = function.constants[matrix] else { return }
        switch type.structure {
        case .dense, .blockDiagonal: break
        default: Issue.record("seed \(seed): '@\(matrix.name)' is left")
        }
      default: break
      }
    }
  }
}
