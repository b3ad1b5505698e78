import Compiler
import Kernels
import Model
import Plan
import TestSupport
import Testing

/// How many threads the planner finds worthwhile, for layers as wide as their input.
@Suite struct ThreadChoiceTests {
  private func lstm(_ units: Int, blocks: Int = 1, isa: String = "avx512") throws -> Plan {
    let structure = "{structure: block_diagonal, blocks: \(blocks)}"
    return try OneLayer.plan(
      "lstm: r\n    hidden: \(units)\n    input: \(structure)\n    recurrent: \(structure)",
      width: units, isa: isa)
  }

  /// A stream's workers sleep between its steps: only what takes longer than to wake them pays.
  @Test(arguments: [16, 64, 128, 256]) func stepsOfMicrosecondsStayAtOne(units: Int) throws {
    #expect(try lstm(units).stepThreads == 1)
    #expect(try lstm(units, blocks: 16).stepThreads == 1)
  }

  @Test func stepsOfAModelLargerThanTheCachesAreShared() throws {
    #expect(try lstm(1536).stepThreads >= 2)
  }

  @Test func sequencesAreSharedFromSomeWidthOn() throws {
    let dense = try [16, 32, 64, 128, 256, 512].map { try lstm($0).sequenceThreads }
    #expect(dense == dense.sorted())
    #expect(dense[0] == 1 && dense[1] == 1 && dense[4] >= 2)
    let blocks = try [64, 256, 512, 1024].map { try lstm($0, blocks: 16).sequenceThreads }
    #expect(blocks == blocks.sorted())
    #expect(blocks[0] == 1 && blocks[3] >= 2)
  }

  /// Slower instructions make the same work longer, the overheads not.
  @Test func aSlowerInstructionSetIsSharedSooner() throws {
    #expect(try lstm(64).sequenceThreads == 1)
    #expect(try lstm(64, isa: "scalar").sequenceThreads >= 2)
  }

  /// Two blocks are no work for more than two threads.
  @Test func thereAreNoMoreThreadsThanParts() throws {
    #expect(try lstm(512, blocks: 2).sequenceThreads == 2)
  }

  /// A time loop of small calls meets after each of them.
  @Test func loopsOfPointwiseProgramsStayAtOne() throws {
    let plan = try OneLayer.plan("softmax: r", width: 64)
    #expect(plan.stepThreads == 1 && plan.sequenceThreads == 1)
  }
}
