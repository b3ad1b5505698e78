import CRuntime
import CStepProbe
import Foundation
import Plan
import Runtime
import Tensors
import TestSupport
import Testing

/// The C functions with arguments that a careless caller might pass.
@Suite struct InterfaceTests {
  /// A program, memory for one stream, and one row for every port of `SamplePlan.everything`.
  private func withStream(_ body: (OpaquePointer, SampleMemory) throws -> Void) throws {
    let bytes = try SamplePlan.bytes(SamplePlan.everything())
    var failure: (any Error)?
    openInC(bytes) { program in
      do { try body(program, SampleMemory(program, steps: 16)) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  @Test func nothingIsAskedOfNull() {
    #expect(rnnc_open(nil, nil, nil, 0) == RNNC_E_ARGUMENT)
    var program: OpaquePointer?
    #expect(rnnc_open_memory(nil, 0, &program, nil, 0) == RNNC_E_ARGUMENT)
    #expect(rnnc_init(nil, nil, 0) == RNNC_E_ARGUMENT)
    #expect(rnnc_step(nil, nil, nil, nil, nil) == RNNC_E_ARGUMENT)
    #expect(rnnc_run(nil, nil, nil, nil, nil, 1) == RNNC_E_ARGUMENT)
    #expect(rnnc_run_share(nil, nil, nil, nil, nil, 1, 0, 1, nil) == RNNC_E_ARGUMENT)
    #expect(rnnc_save(nil, nil, nil, 0) == RNNC_E_ARGUMENT)
    #expect(rnnc_load(nil, nil, nil, 0) == RNNC_E_ARGUMENT)
    #expect(rnnc_state_size(nil) == 0 && rnnc_scratch_size(nil) == 0)
    #expect(rnnc_input_count(nil) + rnnc_output_count(nil) + rnnc_state_count(nil) == 0)
    #expect(rnnc_input(nil, 0).name == nil)
    rnnc_reset(nil, nil)
    rnnc_close(nil)
  }

  @Test func indicesOutOfRangeDescribeNothing() throws {
    try withStream { program, _ in
      for index in [Int32.min, -1, 3, Int32.max] {
        #expect(rnnc_input(program, index).name == nil)
        #expect(rnnc_output(program, index).name == nil)
        #expect(rnnc_state(program, index).name == nil)
      }
    }
  }

  @Test func statesOfTheWrongSizeOrPlaceAreRefused() throws {
    try withStream { program, memory in
      let size = rnnc_state_size(program)
      #expect(rnnc_init(program, memory.state, size - 1) == RNNC_E_ARGUMENT)
      #expect(rnnc_init(program, memory.state + 4, size) == RNNC_E_ARGUMENT)
      #expect(rnnc_init(program, memory.state, size) == RNNC_OK)
      var saved = [UInt8](repeating: 0, count: size)
      #expect(rnnc_save(program, memory.state, &saved, size - 1) == RNNC_E_ARGUMENT)
      #expect(rnnc_save(program, memory.state + 4, &saved, size) == RNNC_E_ARGUMENT)
      #expect(rnnc_load(program, memory.state + 4, saved, size) == RNNC_E_ARGUMENT)
      #expect(rnnc_load(program, memory.state, saved, size) == RNNC_E_STATE)
    }
  }

  @Test func stepsWantAStateThatWasInitialised() throws {
    try withStream { program, memory in
      #expect(memory.step(program) == RNNC_E_STATE)
      #expect(rnnc_save(program, memory.state, memory.scratch, 4096) == RNNC_E_STATE)
      rnnc_init(program, memory.state, rnnc_state_size(program))
      #expect(memory.step(program) == RNNC_OK)
    }
  }

  @Test func missingAndMisalignedArgumentsAreRefused() throws {
    try withStream { program, memory in
      rnnc_init(program, memory.state, rnnc_state_size(program))
      let (state, scratch) = (memory.state, memory.scratch)
      let (inputs, outputs) = (memory.inputs, memory.outputs)
      #expect(rnnc_step(program, nil, scratch, inputs, outputs) == RNNC_E_ARGUMENT)
      #expect(rnnc_step(program, state, nil, inputs, outputs) == RNNC_E_ARGUMENT)
      #expect(rnnc_step(program, state, scratch, nil, outputs) == RNNC_E_ARGUMENT)
      #expect(rnnc_step(program, state, scratch, inputs, nil) == RNNC_E_ARGUMENT)
      #expect(rnnc_step(program, state + 8, scratch, inputs, outputs) == RNNC_E_ARGUMENT)
      #expect(rnnc_step(program, state, scratch + 8, inputs, outputs) == RNNC_E_ARGUMENT)
      for port in 0..<2 {
        let kept = inputs[port]
        for wrong in [nil, kept.map { $0 + 1 }] {
          inputs[port] = wrong
          #expect(memory.step(program) == RNNC_E_ARGUMENT)
          #expect(rnnc_run(program, state, scratch, inputs, outputs, 2) == RNNC_E_ARGUMENT)
        }
        inputs[port] = kept
      }
      outputs[0] = nil
      #expect(memory.step(program) == RNNC_E_ARGUMENT)
    }
  }

  @Test func sharesOutOfRangeAreRefused() throws {
    try withStream { program, memory in
      rnnc_init(program, memory.state, rnnc_state_size(program))
      for (thread, threads) in [(-1, 1), (1, 1), (0, 0), (0, 2)] as [(Int32, Int32)] {
        let result = rnnc_run_share(
          program, memory.state, memory.scratch, memory.inputs, memory.outputs, 2, thread,
          threads, nil)
        #expect(result == RNNC_E_ARGUMENT)
      }
    }
  }

  @Test func misalignedPlansAreRefused() throws {
    let bytes = try SamplePlan.bytes(SamplePlan.everything())
    let copy = AlignedBuffer(byteCount: bytes.count + 64)
    bytes.withUnsafeBytes {
      (copy.baseAddress + 4).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
    }
    var program: OpaquePointer?
    let result = rnnc_open_memory(copy.baseAddress + 4, bytes.count, &program, nil, 0)
    #expect(result == RNNC_E_ARGUMENT && program == nil)
  }

  @Test func shortMessageBuffersAreNotOverrun() throws {
    let copy = AlignedBuffer(byteCount: 64)
    var message = [CChar](repeating: 1, count: 8)
    var program: OpaquePointer?
    #expect(rnnc_open_memory(copy.baseAddress, 64, &program, &message, 6) == RNNC_E_MALFORMED)
    #expect(message == "magic".utf8.map { CChar($0) } + [0, 1, 1])
  }

  /// Messages quote the file; what could steer a terminal is replaced.
  @Test func messagesHaveNoControlCharacters() throws {
    var plan = SamplePlan.everything()
    plan.isa = "\u{1b}[31m\u{7f}"
    let answer = openInC(try SamplePlan.bytes(plan))
    #expect(
      answer.message
        == "isa: the plan is for '?[31m?', and there is no such instruction set")
  }
}

/// Plan files on disk.
@Suite struct OpeningTests {
  private func expect(
    _ code: RuntimeError.Code, _ path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: RuntimeError.self, sourceLocation: sourceLocation) {
      try Program(planFile: path)
    }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    #expect(error?.message.isEmpty == false, sourceLocation: sourceLocation)
  }

  @Test func filesRunAsBytesDo() throws {
    let folder = try TemporaryFolder()
    let bytes = try SamplePlan.bytes(SamplePlan.everything())
    let path = try folder.write(Data(bytes), to: "a.plan")
    let run = SampleRun(steps: 10, seed: 4)
    let program = try Program(planFile: path)
    #expect(
      try run.run(program, portions: [10]) == run.run(try SampleRun.program(), portions: [10]))
  }

  @Test func whatIsNoPlanFileIsRefused() throws {
    let folder = try TemporaryFolder()
    expect(.missing, folder.path("absent.plan"))
    expect(.missing, folder.url.path)
    expect(.missing, "/dev/null")
    expect(.malformed, try folder.write(Data(), to: "empty.plan"))
    expect(.malformed, try folder.write("format: 1\n", to: "model.yaml"))
    let bytes = try SamplePlan.bytes(SamplePlan.everything())
    expect(.malformed, try folder.write(Data(bytes.dropLast(64)), to: "short.plan"))
    var other = bytes
    other[8] = 2
    expect(.version, try folder.write(Data(other), to: "version.plan"))
  }
}
