import Dispatch
import Plan
import Runtime
import Synchronization
import TestSupport
import Testing

@Suite struct ExecutorTests {
  @Test func samplePlanComputesItsEquations() throws {
    let run = SampleRun(steps: 23, seed: 7)
    let y = try run.run(try SampleRun.program(), portions: [23])
    expectClose(y.map(Double.init), run.expected(), absolute: 2e-6, "y")
  }

  /// Every tile size and every way of cutting the sequence into calls.
  @Test(arguments: [1, 2, 3, 4, 7, 64])
  func portionsAndTilesDoNotChangeABit(tile: Int) throws {
    let run = SampleRun(steps: 50, seed: 8)
    let whole = try run.run(try SampleRun.program(), portions: [50])
    let program = try SampleRun.program(tile: tile)
    for portions in [[50], [1], [2], [3, 1], [7, 4, 13], [tile], [tile + 1]] {
      let y = try run.run(program, portions: portions)
      #expect(y.map(\.bitPattern) == whole.map(\.bitPattern), "portions \(portions)")
    }
  }

  @Test func streamsOfOneProgramDoNotMeet() throws {
    let program = try SampleRun.program()
    let runs = [SampleRun(steps: 20, seed: 1), SampleRun(steps: 20, seed: 2)]
    let alone = try runs.map { try $0.run(program, portions: [20]) }
    var first = Stream(program)
    var second = Stream(program)
    var together: [[Float]] = [[], []]
    for t in 0..<20 {
      together[0] += try runs[0].run(&first, t..<t + 1)
      together[1] += try runs[1].run(&second, t..<t + 1)
    }
    #expect(together == alone)
  }

  @Test func manyThreadsStepTheirStreamsAtOnce() throws {
    let program = try SampleRun.program()
    let want = try (0..<8).map { try SampleRun(steps: 300, seed: $0).run(program, portions: [300]) }
    let got = ResultBox(count: 8)
    DispatchQueue.concurrentPerform(iterations: 8) { i in
      got.set(i, try? SampleRun(steps: 300, seed: UInt64(i)).run(program, portions: [1, 5]))
    }
    #expect(got.results == want)
  }

  @Test func noStepsAreFine() throws {
    var stream = Stream(try SampleRun.program())
    let before = stream.save()
    #expect(try SampleRun(steps: 1, seed: 0).run(&stream, 0..<0) == [])
    #expect(stream.save() == before)
  }

  @Test func tokensOutOfRangeReadAsZeros() throws {
    var run = SampleRun(steps: 2, seed: 3)
    run.token = [-1, 5]
    let y = try run.run(try SampleRun.program(), portions: [2])
    #expect(y[2...3] == [0, 0] && y[6...7] == [0, 0])
  }
}

/// One result per thread.
private final class ResultBox: Sendable {
  private let values: Mutex<[[Float]]>
  init(count: Int) { values = Mutex(Array(repeating: [], count: count)) }
  func set(_ index: Int, _ value: [Float]?) { values.withLock { $0[index] = value ?? [] } }
  var results: [[Float]] { values.withLock { $0 } }
}
