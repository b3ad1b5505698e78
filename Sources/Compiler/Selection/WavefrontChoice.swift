import Plan

/// Whether threads should take the layers of a sequence in turn, as a wavefront, and which: by the
/// cost model of `ThreadChoice`.
///
/// Threads that share every call meet after each of them, and after every step of a dense recurrence.
/// In a wavefront they meet once per portion, and each keeps only its own weights in its caches; but
/// the slowest stage decides, and the first and the last portion leave threads idle. Stages are
/// chosen so that the slowest is as fast as can be. Cost: the square of the number of calls.
enum WavefrontChoice {
  /// Of a portion: enough to read a panel of input weights once for some of them, few enough that
  /// the first and last portions are a small part of a sequence.
  static let rows = 8
  private static let stages = [2, 4, 8]
  private static let steps = 256

  /// One for the number of threads that a sequence should have; or one for two threads, when these
  /// are asked for and would share calls more slowly.
  static func wavefront(for plan: Plan, lanes: Int) -> Wavefront? {
    let shared = ThreadChoice.Model(of: plan, lanes: lanes)
    func model(_ wavefront: Wavefront) -> ThreadChoice.Model {
      var plan = plan
      plan.wavefront = wavefront
      return ThreadChoice.Model(of: plan, lanes: lanes)
    }
    let faster = stages.compactMap { cut(plan, into: $0, by: shared) }.filter {
      model($0).nanoseconds(steps: steps, threads: $0.stages)
        < shared.nanoseconds(steps: steps, threads: $0.stages)
    }
    return faster.last { model($0).choice(steps: ThreadChoice.sequenceSteps) == $0.stages }
      ?? faster.first { $0.stages == 2 }
  }

  /// The cut into so many stages whose slowest takes the least time.
  private static func cut(
    _ plan: Plan, into stages: Int, by model: ThreadChoice.Model
  ) -> Wavefront? {
    let entries = model.entries
    guard entries.count >= stages, rows * stages <= plan.tile else { return nil }
    let times = entries.map { model.portion(rows: rows, of: $0.works) }
    // least[i]: of the first i entries in the stages so far; begins[s][i]: where the last one begins.
    var least = (0...entries.count).map { times.prefix($0).reduce(0, +) }
    var begins: [[Int]] = []
    for _ in 1..<stages {
      var next = [Double](repeating: .infinity, count: entries.count + 1)
      var begin = [Int](repeating: 0, count: entries.count + 1)
      for end in 1...entries.count {
        for start in 1..<max(end, 2) where start < end {
          let slowest = max(least[start], times[start..<end].reduce(0, +))
          if slowest < next[end] { (next[end], begin[end]) = (slowest, start) }
        }
      }
      least = next
      begins.append(begin)
    }
    var (starts, end) = ([Int](), entries.count)
    for begin in begins.reversed() {
      end = begin[end]
      starts.insert(entries[end].index, at: 0)
    }
    return Wavefront(rows: rows, starts: starts)
  }
}
