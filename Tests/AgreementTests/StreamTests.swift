import COpenMP
import Compiler
import Foundation
import IR
import Kernels
import Model
import Runtime
import TestSupport
import Testing

/// Streams of compiled models: exact networks, states, and several streams at once.
@Suite struct StreamTests {
  /// Models with every kind of state, by seed.
  private func program(seed: Int, isa: ISA, steps: Int) throws -> StreamRun {
    let random = RandomCase.chain(seed: seed, layers: 8, steps: steps)
    return try StreamRun(
      Program(random.graph, for: isa), inputs: random.inputs, steps: steps)
  }

  @Test(arguments: ISA.here)
  func parityIsExactAtLengthOneMillion(isa: ISA) throws {
    var random = ModelGenerator(seed: 1)
    let bits: [Float] = (0..<1_000_000).map { _ in random.chance(2) ? 1 : 0 }
    let run = try StreamRun(Program(.parity, for: isa), inputs: ["x": bits], steps: bits.count)
    let y = try run.run(portions: [bits.count]).outputs["y"]!
    var parity: Float = 0
    var wrong = 0
    for (bit, value) in zip(bits, y) {
      parity = parity == bit ? 0 : 1
      if value != parity { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect(y.count == bits.count)
  }

  @Test(arguments: GoldenValuesTests.rows, ISA.here)
  func goldenRow(row: GoldenValuesTests.Row, isa: ISA) throws {
    let cell = CellChoices.make(row.keyword, words: row.words, flags: row.flags)
    let program = try Program(GoldenValues.graph(cell, recurrent: row.structure), for: isa)
    let run = StreamRun(
      program, inputs: ["x": GoldenValues.input.map { Float($0) }], steps: GoldenValues.steps)
    let result = try run.run(portions: [GoldenValues.steps])
    let h = result.outputs["y"]!.suffix(GoldenValues.hidden).map(Double.init)
    expectClose(h, row.h, absolute: 1e-6)
    if let c = row.c {
      expectClose(result.states["layer.c_l0"]!.map(Double.init), c, absolute: 1e-6)
    }
  }

  @Test(arguments: ISA.here)
  func savedStatesContinueElsewhere(isa: ISA) throws {
    for seed in 1000..<1030 {
      let run = try program(seed: seed, isa: isa, steps: 24)
      let whole = try run.run(portions: [24])
      var first = Stream(run.program)
      var result = StreamResult()
      try run.run(&first, 0..<11, portions: [4], into: &result)
      var second = Stream(run.program)
      try second.load(first.save())
      try run.run(&second, 11..<24, portions: [5], into: &result)
      #expect(result.hasBits(of: whole), "seed \(seed)")
    }
  }

  @Test(arguments: ISA.here)
  func namedStatesContinueElsewhere(isa: ISA) throws {
    for seed in 1000..<1030 {
      let run = try program(seed: seed, isa: isa, steps: 24)
      let whole = try run.run(portions: [24])
      var first = Stream(run.program)
      var result = StreamResult()
      try run.run(&first, 0..<11, portions: [4], into: &result)
      var second = Stream(run.program)
      for (i, state) in run.program.states.enumerated() {
        try second.setValues(result.states[state.name]!, ofState: i)
      }
      try run.run(&second, 11..<24, portions: [5], into: &result)
      #expect(result.hasBits(of: whole), "seed \(seed)")
    }
  }

  @Test(arguments: ISA.here)
  func resetIsANewStream(isa: ISA) throws {
    for seed in 1000..<1030 {
      let run = try program(seed: seed, isa: isa, steps: 20)
      var stream = Stream(run.program)
      var (first, second) = (StreamResult(), StreamResult())
      try run.run(&stream, 0..<20, portions: [20], into: &first)
      stream.reset()
      try run.run(&stream, 0..<20, portions: [1, 6], into: &second)
      #expect(second.hasBits(of: first), "seed \(seed)")
    }
  }

  @Test func streamsDoNotShareAnything() throws {
    let isa = try #require(ISA.preferred)
    let run = try program(seed: 1005, isa: isa, steps: 30)
    let alone = try run.run(portions: [30])
    var a = Stream(run.program)
    var b = Stream(run.program)
    var (first, second) = (StreamResult(), StreamResult())
    for t in 0..<30 {
      try run.run(&a, t..<t + 1, portions: [1], into: &first)
      // The other stream is elsewhere in the sequence.
      try run.run(&b, 29 - t..<30 - t, portions: [1], into: &second)
    }
    #expect(first.hasBits(of: alone))
    #expect(!second.hasBits(of: alone))
  }

  /// Calls shared by threads, and layers that they take in turn: where the plan has a wavefront, as many
  /// threads as it has stages, over portions that end with the sequence or before.
  @Test(arguments: ISA.here)
  func threadsGiveTheSameBits(isa: ISA) throws {
    var wavefronts = 0
    for seed in 1000..<1020 {
      let random = RandomCase.chain(seed: seed, layers: 8, steps: 45)
      let plan = try Compile.plan(random.graph, for: isa, verifying: true)
      if plan.wavefront != nil { wavefronts += 1 }
      let run = try StreamRun(Program(plan, isa: isa), inputs: random.inputs, steps: 45)
      let alone = try run.run(portions: [45])
      for (threads, portions) in [(2, [45]), (2, [1, 9, 16]), (3, [45]), (4, [45])] {
        let team = Team(threads: threads, runner: copenmp_run)
        #expect(
          try run.run(portions: portions, on: team).hasBits(of: alone),
          "seed \(seed), \(threads) threads, \(portions)")
      }
    }
    #expect(wavefronts > 5)
  }

  @Test func threadsMayRunStreamsOfOneProgram() throws {
    let isa = try #require(ISA.preferred)
    let run = try program(seed: 1007, isa: isa, steps: 400)
    let alone = try run.run(portions: [400])
    let results = Results(count: 4)
    DispatchQueue.concurrentPerform(iterations: 4) { i in
      results[i] = try? run.run(portions: [1 + i])
    }
    for i in 0..<4 { #expect(results[i]?.hasBits(of: alone) == true, "thread \(i)") }
  }

  /// One slot per thread.
  private final class Results: @unchecked Sendable {
    private var slots: [StreamResult?]
    private let lock = NSLock()
    init(count: Int) { slots = Array(repeating: nil, count: count) }
    subscript(i: Int) -> StreamResult? {
      get { lock.withLock { slots[i] } }
      set { lock.withLock { slots[i] = newValue } }
    }
  }

  @Test(arguments: ISA.here)
  func noStepsGiveNothingAndChangeNothing(isa: ISA) throws {
    let random = RandomCase.chain(seed: 1003, layers: 8, steps: 0)
    let program = try Program(random.graph, for: isa)
    var stream = Stream(program)
    let before = stream.save()
    let none = [UnsafeRawPointer?](repeating: nil, count: program.inputs.count)
    let nowhere = [UnsafeMutableRawPointer?](repeating: nil, count: program.outputs.count)
    try stream.run(inputs: none, outputs: nowhere, steps: 0)
    #expect(stream.save() == before)
  }
}
