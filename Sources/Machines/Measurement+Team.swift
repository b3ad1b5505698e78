import CMeasure
import Glibc

extension Measurement {
  /// Nanoseconds there and back; nil for one thread.
  func handOver(_ crew: Crew) -> Double? {
    if crew.threads == 1 { return nil }
    let samples = Samples(effort, rounds: 100) { rounds in
      var work = cm_hand_overs()
      work.rounds = rounds
      crew.run(cm_run_hand_overs, &work)
      return work.seconds
    }
    return rounded(samples.median * 1e9)
  }

  func team(_ crew: Crew) -> MachineFile.Team {
    MachineFile.Team(
      threads: crew.threads, fork: rounded(fork(crew) * 1e9), wake: rounded(wake(crew) * 1e9),
      barrier: rounded(barrier(crew) * 1e9))
  }

  /// Seconds of a call that follows another at once.
  private func fork(_ crew: Crew) -> Double {
    Samples(effort, rounds: 10) { rounds in
      let start = cm_now()
      for _ in 0..<rounds { call(crew) }
      return cm_now() - start
    }.median
  }

  /// Seconds of a call after a pause.
  private func wake(_ crew: Crew) -> Double {
    Samples(
      (0..<effort.pauses).map { _ in
        usleep(UInt32(effort.pauseSeconds * 1e6))
        let start = cm_now()
        call(crew)
        return cm_now() - start
      }
    ).median
  }

  private func call(_ crew: Crew) {
    var count: Int32 = 0
    crew.run(cm_run_count, &count)
  }

  private func barrier(_ crew: Crew) -> Double {
    var work = cm_meetings(rounds: 0, seconds: 0)
    return Samples(effort, rounds: 100) { rounds in
      work.rounds = rounds
      crew.run(cm_run_meetings, &work)
      return work.seconds
    }.median
  }
}
