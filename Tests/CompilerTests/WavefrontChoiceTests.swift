import Compiler
import Plan
import Testing

/// When threads take the layers of a sequence in turn, and where the list of calls is cut.
@Suite struct WavefrontChoiceTests {
  private func stack(_ units: Int, layers: Int, isa: String = "avx512") throws -> Plan {
    try OneLayer.plan(
      "lstm: r\n    hidden: \(units)\n    layers: \(layers)", width: units, isa: isa)
  }

  /// Two calls per layer: the input product and the recurrence.
  @Test func equalLayersAreCutInTheMiddle() throws {
    let plan = try stack(64, layers: 4)
    #expect(plan.steps.count == 8)
    #expect(plan.wavefront == Wavefront(rows: 8, starts: [4]))
  }

  @Test func manyThreadsTakeALayerEach() throws {
    let plan = try stack(160, layers: 8)
    let wavefront = try #require(plan.wavefront)
    #expect(wavefront.stages == plan.sequenceThreads && wavefront.stages > 2)
    #expect(wavefront.starts == wavefront.starts.sorted())
  }

  /// Nobody waits for anybody in blocks, and a dense layer of this width has work for two threads.
  @Test func whereSharedCallsAreFasterThereIsNone() throws {
    let blocks = "{structure: block_diagonal, blocks: 16}"
    let layer = "lstm: r\n    hidden: 512\n    input: \(blocks)\n    recurrent: \(blocks)"
    #expect(try OneLayer.plan(layer, width: 512).wavefront == nil)
    #expect(try stack(512, layers: 1).wavefront == nil)
    #expect(try OneLayer.plan("softmax: r", width: 8).wavefront == nil)
  }

  /// Divided by the portions of a tile, every place is still aligned.
  @Test func scratchMemoryCanBeDividedByThePortions() throws {
    let layers = "gru: r\n    hidden: 40\n    layers: 3\n    reset: before"
    let plan = try OneLayer.plan(layers, width: 40)
    let wavefront = try #require(plan.wavefront)
    let portions = plan.tile / wavefront.rows
    #expect(portions >= wavefront.stages)
    for buffer in plan.buffers {
      guard case .scratch(let offset) = buffer.storage else { continue }
      let rows = buffer.perStep ? plan.tile : portions
      #expect(offset % (64 * portions) == 0)
      #expect(offset + 4 * rows * buffer.width <= plan.scratchByteCount)
    }
  }
}
