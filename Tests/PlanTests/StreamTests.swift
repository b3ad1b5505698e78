import Plan
import Runtime
import Testing

@Suite struct StreamTests {
  @Test func savedStatesContinueTheSequence() throws {
    let program = try SampleRun.program()
    let run = SampleRun(steps: 30, seed: 5)
    let whole = try run.run(program, portions: [30])
    var first = Stream(program)
    _ = try run.run(&first, 0..<13)
    let saved = first.save()
    #expect(saved.count == program.stateByteCount)
    var second = Stream(try SampleRun.program())
    try second.load(saved)
    #expect(try run.run(&second, 13..<30) == Array(whole[(4 * 13)...]))
  }

  @Test func resetBeginsAnew() throws {
    let run = SampleRun(steps: 9, seed: 6)
    var stream = Stream(try SampleRun.program())
    let first = try run.run(&stream, 0..<9)
    let second = try run.run(&stream, 0..<9)
    #expect(first != second)
    stream.reset()
    #expect(try run.run(&stream, 0..<9) == first)
  }

  @Test func freshStatesHaveTheirInitialValues() throws {
    let plan = SamplePlan.everything()
    let program = try SampleRun.program()
    #expect(program.states.map(\.name) == ["rnn.h_l0", "rnn.c_l0", "m"])
    #expect(program.states.map(\.width) == [2, 2, 2])
    let stream = Stream(program)
    #expect(stream.values(ofState: 0) == plan.floats("rnn.h_l0 at the start").map { Float($0) })
    #expect(stream.values(ofState: 1) == [0, 0])
  }

  @Test func namedStatesCanBeReplaced() throws {
    let program = try SampleRun.program()
    let run = SampleRun(steps: 8, seed: 9)
    var first = Stream(program)
    var second = Stream(program)
    _ = try run.run(&first, 0..<4)
    for index in program.states.indices {
      try second.setValues(first.values(ofState: index), ofState: index)
    }
    #expect(try run.run(&second, 4..<8) == run.run(&first, 4..<8))
    #expect(throws: RuntimeError(.argument, "state 'm' has 2 values, not 3")) {
      try second.setValues([1, 2, 3], ofState: 2)
    }
  }

  @Test func statesOfAnotherProgramAreRefused() throws {
    let program = try SampleRun.program()
    var stream = Stream(program)
    let before = stream.save()
    let other = Stream(try SampleRun.program(tile: 5)).save()
    var damaged = before
    damaged[40] = 1
    for bytes in [other, damaged, [], Array(before.dropLast()), before + [0]] {
      let error = #expect(throws: RuntimeError.self) { try stream.load(bytes) }
      #expect(error?.code == .state)
      #expect(stream.save() == before)
    }
  }

  @Test func portsAreDescribed() throws {
    let program = try SampleRun.program()
    #expect(program.name == "everything")
    #expect(program.isa == "scalar")
    #expect(program.inputs.map(\.name) == ["x", "token"])
    #expect(program.inputs.map(\.width) == [3, 1])
    #expect(program.inputs.map(\.isInteger) == [false, true])
    #expect(program.outputs.map(\.width) == [4])
    #expect(program.stateByteCount == 64 + 192)
    #expect(program.scratchByteCount == 2 * (1024 + 64))
  }

  /// Spans are for programs with one float input and one float output.
  @Test func spansAreSteppedAndChecked() throws {
    let program = try Program(planBytes: try SamplePlan.bytes(SamplePlan.twice()))
    var stream = Stream(program)
    let x: [Float] = [1, 2, 3, 4]
    var y = [Float](repeating: 0, count: 4)
    var output = y.mutableSpan
    try stream.run(x.span, into: &output, steps: 2)
    #expect(y == [2, 4, 6, 8])
    var row = [Float](repeating: 0, count: 2)
    var rowOutput = row.mutableSpan
    try stream.step([5, 6].span, into: &rowOutput)
    #expect(row == [10, 12])
    var wrong = row.mutableSpan
    let error = #expect(throws: RuntimeError.self) { try stream.step([5].span, into: &wrong) }
    #expect(
      error?.message == "1 steps need 2 input and 2 output elements each, there are 1 and 2")
  }

  @Test func spansAreRefusedForSeveralPorts() throws {
    var stream = Stream(try SampleRun.program())
    var y = [Float](repeating: 0, count: 4)
    var output = y.mutableSpan
    let error = #expect(throws: RuntimeError.self) {
      try stream.step([1, 2, 3].span, into: &output)
    }
    #expect(error?.code == .argument)
  }

  @Test func negativeStepsAreRefused() throws {
    let program = try Program(planBytes: try SamplePlan.bytes(SamplePlan.twice()))
    var stream = Stream(program)
    var y: [Float] = []
    var output = y.mutableSpan
    let error = #expect(throws: RuntimeError.self) {
      try stream.run([Float]().span, into: &output, steps: -1)
    }
    #expect(error?.code == .argument)
  }
}
