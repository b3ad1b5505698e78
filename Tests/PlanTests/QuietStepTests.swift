import CRuntime
import CStepProbe
import Plan
import Testing

/// Steps ask nothing of anybody: no allocation and no system call, the first one included.
@Suite struct QuietStepTests {
  @Test func theCounterCounts() {
    let before = probe_allocations()
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 12, alignment: 64)
    memory.deallocate()
    let after = probe_allocations()
    #expect(before < 0 || after == before + 2)
  }

  /// Under a sanitizer, which owns malloc, the counter is -1 throughout.
  @Test func stepsAllocateNothing() throws {
    openInC(try SamplePlan.bytes(SamplePlan.everything())) { program in
      let memory = SampleMemory(program, steps: 100)
      let before = probe_allocations()
      var result = rnnc_init(program, memory.state, rnnc_state_size(program))
      for _ in 0..<100 { result |= memory.step(program) }
      rnnc_reset(program, memory.state)
      result |= memory.run(program, steps: 100)
      result |= rnnc_save(program, memory.state, memory.scratch, 4096)
      result |= rnnc_load(program, memory.state, memory.scratch, rnnc_state_size(program))
      let after = probe_allocations()
      #expect(result == RNNC_OK)
      #expect(after == before)
    }
  }

  @Test func stepsMakeNoSystemCalls() throws {
    openInC(try SamplePlan.bytes(SamplePlan.everything())) { program in
      let memory = SampleMemory(program, steps: 20)
      let result = probe_system_calls(
        program, memory.state, memory.scratch, memory.inputs, memory.outputs, 20)
      #expect(result == 0)
    }
  }
}
