import CKernels
import CMeasure
import COpenMP
import Glibc

/// How long each number is measured.
package struct MeasuringEffort: Sendable {
  /// Of many short runs, per number.
  package var seconds: Double
  /// Of one run: long beside the clock's resolution, short beside what interrupts it.
  package var runSeconds: Double
  /// Pauses after which workers that spin have gone to sleep.
  package var pauses: Int
  package var pauseSeconds: Double
  /// Bytes of the largest working set.
  package var memoryLimit: Int

  package init(
    seconds: Double, runSeconds: Double, pauses: Int, pauseSeconds: Double, memoryLimit: Int
  ) {
    (self.seconds, self.runSeconds) = (seconds, runSeconds)
    (self.pauses, self.pauseSeconds, self.memoryLimit) = (pauses, pauseSeconds, memoryLimit)
  }

  /// Some ten seconds in all. OpenMP workers spin for up to 0.2 s.
  package static let full = MeasuringEffort(
    seconds: 0.15, runSeconds: 1e-3, pauses: 7, pauseSeconds: 0.3, memoryLimit: .max)
}

/// Many short runs of the same work, as seconds per round.
package struct Samples {
  private var sorted: [Double] = []

  /// `work` does so many rounds and returns the seconds that they took. The first runs warm up and
  /// find out how many rounds fill a run.
  package init(_ effort: MeasuringEffort, rounds first: Int64 = 1, _ work: (Int64) -> Double) {
    var rounds = first
    while work(rounds) < effort.runSeconds && rounds < 1 << 40 { rounds *= 2 }
    let end = cm_now() + effort.seconds
    repeat {
      sorted.append(work(rounds) / Double(rounds))
    } while sorted.count < 5 || cm_now() < end
    sorted.sort()
  }

  init(_ samples: [Double]) { sorted = samples.sorted() }

  /// What the machine can do: interruptions only ever add time.
  package var best: Double { sorted[0] }
  /// What it usually does.
  package var median: Double { sorted[sorted.count / 2] }
}

/// So many threads that do the same.
struct Crew {
  let threads: Int

  /// The number that a team really gets.
  init(upTo threads: Int) {
    var count: Int32 = 1
    Crew(threads).run(cm_run_count, &count)
    self.threads = Int(count)
  }

  private init(_ threads: Int) { self.threads = threads }

  /// The calling thread.
  static let alone = Crew(1)

  var description: String { threads == 1 ? "1 thread" : "\(threads) threads" }

  func run<Context>(_ share: ck_participant, _ context: inout Context) {
    withUnsafeMutablePointer(to: &context) { context in
      if threads == 1 { return share(context, 0, 1, nil) }
      copenmp_run(Int32(threads), share, context)
    }
  }
}

/// With four digits: more would be noise.
func rounded(_ value: Double) -> Double {
  guard value > 0, value.isFinite else { return value }
  let scale = pow(10, 3 - log10(value).rounded(.down))
  return (value * scale).rounded() / scale
}
