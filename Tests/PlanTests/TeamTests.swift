import COpenMP
import CRuntime
import Foundation
import Plan
import Runtime
import Synchronization
import Testing

/// Runs shared among threads give the bits of one thread.
@Suite struct TeamTests {
  /// Waits by turning, with a yield: there may be fewer cores than threads.
  private final class Barrier: Sendable {
    let threads: Int
    let arrived = Atomic<Int>(0)
    let round = Atomic<Int>(0)
    init(threads: Int) { self.threads = threads }

    func wait() {
      let current = round.load(ordering: .acquiring)
      if arrived.add(1, ordering: .acquiringAndReleasing).newValue == threads {
        arrived.store(0, ordering: .relaxed)
        round.store(current + 1, ordering: .releasing)
      } else {
        while round.load(ordering: .acquiring) == current { sched_yield() }
      }
    }
  }

  private final class Results: Sendable {
    let values: Mutex<[Int32]>
    init(count: Int) { values = Mutex(Array(repeating: 1, count: count)) }
  }

  private struct Job: @unchecked Sendable {
    let program: OpaquePointer
    let memory: SampleMemory
    let steps: Int
  }

  private func run(_ job: Job, threads: Int) -> [Int32] {
    let barrier = Barrier(threads: threads)
    let results = Results(count: threads)
    let group = DispatchGroup()
    let workers = (0..<threads).map { thread in
      group.enter()
      return Thread {
        var team = ck_team(
          wait: { context, _ in
            Unmanaged<Barrier>.fromOpaque(context!).takeUnretainedValue().wait()
          }, context: Unmanaged.passUnretained(barrier).toOpaque())
        let memory = job.memory
        let result = rnnc_run_share(
          job.program, memory.state, memory.scratch, memory.inputs, memory.outputs, job.steps,
          Int32(thread), Int32(threads), &team)
        results.values.withLock { $0[thread] = result }
        group.leave()
      }
    }
    for worker in workers { worker.start() }
    group.wait()
    return results.values.withLock { $0 }
  }

  @Test(arguments: [1, 2, 3, 5]) func teamsGiveTheSameBits(threads: Int) throws {
    openInC(try SamplePlan.bytes(SamplePlan.everything())) { program in
      func outputs(_ memory: SampleMemory) -> [UInt32] {
        let words = memory.outputs[0]!.assumingMemoryBound(to: UInt32.self)
        return Array(UnsafeBufferPointer(start: words, count: 4 * 30))
      }
      let alone = SampleMemory(program, steps: 30)
      rnnc_init(program, alone.state, rnnc_state_size(program))
      #expect(alone.run(program, steps: 30) == RNNC_OK)
      let shared = SampleMemory(program, steps: 30)
      rnnc_init(program, shared.state, rnnc_state_size(program))
      let results = run(Job(program: program, memory: shared, steps: 30), threads: threads)
      #expect(results.allSatisfy { $0 == RNNC_OK })
      #expect(outputs(shared) == outputs(alone))
    }
  }

  /// The team of the tool, more threads than processors included, over several calls.
  @Test(arguments: [1, 2, 3, 5]) func theOpenMPTeamGivesTheSameBits(threads: Int) throws {
    let bytes = try SamplePlan.bytes(SamplePlan.everything())
    let program = try Program(planBytes: bytes)
    func outputs(_ memory: SampleMemory, on team: Team?) throws -> [UInt32] {
      var stream = Stream(program)
      for _ in 0..<3 {
        try stream.run(inputs: memory.inputs, outputs: memory.outputs, steps: 30, on: team)
      }
      let words = memory.outputs[0]!.assumingMemoryBound(to: UInt32.self)
      return Array(UnsafeBufferPointer(start: words, count: 4 * 30))
    }
    let team = Team(threads: threads, runner: copenmp_run)
    openInC(bytes) { c in
      #expect(throws: Never.self) {
        let alone = try outputs(SampleMemory(c, steps: 30), on: nil)
        #expect(try outputs(SampleMemory(c, steps: 30), on: team) == alone)
        #expect(Set(alone).count > 10)
      }
    }
  }

  /// The plan's two numbers: below and from 64 steps on.
  @Test func theProgramSaysHowManyThreadsPay() throws {
    let program = try Program(planBytes: SamplePlan.bytes(SamplePlan.everything()))
    #expect([-1, 0, 1, 63, 64, 1000].map(program.threads) == [2, 2, 2, 2, 3, 3])
    #expect(rnnc_threads(nil, 1) == 1)
  }

  /// Nobody passes a meeting before everybody has come to it: from 2 to 7 threads, 200 meetings.
  @Test(arguments: 2...7) func nobodyPassesAMeetingAlone(threads: Int) {
    final class Counts: Sendable {
      let arrivals = Atomic<Int>(0)
      let early = Atomic<Int>(0)
    }
    let counts = Counts()
    copenmp_run(
      Int32(threads),
      { context, thread, threads, team in
        let counts = Unmanaged<Counts>.fromOpaque(context!).takeUnretainedValue()
        guard let team = team?.pointee, let wait = team.wait else { return }
        for meeting in 1...200 {
          counts.arrivals.add(1, ordering: .acquiringAndReleasing)
          wait(team.context, thread)
          if counts.arrivals.load(ordering: .acquiring) < meeting * Int(threads) {
            counts.early.add(1, ordering: .relaxed)
          }
        }
      }, Unmanaged.passUnretained(counts).toOpaque())
    #expect(counts.early.load(ordering: .relaxed) == 0)
    #expect(counts.arrivals.load(ordering: .relaxed) % 200 == 0)
  }

  @Test func everyThreadIsAskedOnceAndMayBeFewer() {
    final class Seen: Sendable {
      let threads = Mutex<[Int32]>([])
    }
    let seen = Seen()
    copenmp_run(
      4,
      { context, thread, threads, team in
        let seen = Unmanaged<Seen>.fromOpaque(context!).takeUnretainedValue()
        for _ in 0..<100 { team?.pointee.wait(team!.pointee.context, thread) }
        seen.threads.withLock { $0.append(thread) }
      }, Unmanaged.passUnretained(seen).toOpaque())
    let found = seen.threads.withLock { $0.sorted() }
    #expect(found == Array(0..<Int32(found.count)) && (1...4).contains(found.count))
    #expect(copenmp_processors() >= 1)
  }
}
