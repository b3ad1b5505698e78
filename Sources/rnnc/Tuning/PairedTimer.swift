import Runtime

/// Compares two ways to run a model that differ in speed alone, in turns, since a machine's clock
/// drifts more than they differ.
struct PairedTimer {
  /// A program, and who shares its calls.
  struct Side {
    let model: Executable
    var team: Team?
  }

  /// Of one mode.
  struct Result {
    /// Time of the second as a share of the first's: the median over pairs of neighbouring samples.
    let ratio: Double
    /// Of the first, in microseconds per step: the least.
    let first: Double
  }

  private let pairs: [(a: StepTimer.Box, b: StepTimer.Box)]
  private let deadline: ContinuousClock.Instant

  /// Steps of a sequence: two of the usual tiles.
  static let sequence = 128
  /// A sample is half a millisecond, or one call that takes longer.
  private static let sampleNanoseconds = 5e5
  private static let rounds = 7

  /// After `deadline` no round begins but the first.
  init(
    _ a: Side, _ b: Side, modes: [BenchMode], deadline: ContinuousClock.Instant
  ) throws(Failure) {
    self.deadline = deadline
    pairs = try modes.map { (mode) throws(Failure) in
      (try StepTimer.Box(a, mode), try StepTimer.Box(b, mode))
    }
  }

  /// The geometric mean over the modes.
  func ratio() -> Double {
    let product = results().reduce(1) { $0 * $1.ratio }
    return pairs.count == 2 ? product.squareRoot() : product
  }

  /// One for each mode.
  func results() -> [Result] {
    pairs.map { pair in
      pair.a.warmUp(forSamplesOf: Self.sampleNanoseconds)
      pair.b.warmUp(forSamplesOf: Self.sampleNanoseconds)
      var (ratios, first) = ([Double](), Double.infinity)
      repeat {
        let a = pair.a.once()
        ratios.append(pair.b.once() / a)
        first = min(first, a)
      } while ratios.count < Self.rounds && ContinuousClock.now < deadline
      return Result(ratio: ratios.sorted()[ratios.count / 2], first: first)
    }
  }
}

extension StepTimer {
  /// A timer that can stand in an array.
  final class Box {
    private var timer: StepTimer

    init(_ side: PairedTimer.Side, _ mode: BenchMode) throws(Failure) {
      timer = try StepTimer(side.model, mode: mode, team: side.team, seed: 0)
    }

    func warmUp(forSamplesOf nanoseconds: Double) { timer.warmUp(forSamplesOf: nanoseconds) }
    func once() -> Double { timer.once() }
  }
}
