import Runtime

/// Compares two ways to run a model that differ in speed alone, in turns, since a machine's clock
/// drifts more than they differ.
struct PairedTimer {
  /// A program, and who shares its calls.
  struct Side {
    let model: Executable
    var team: Team?
  }

  private let pairs: [(a: StepTimer.Box, b: StepTimer.Box)]

  /// Steps of a sequence: two of the usual tiles.
  static let sequence = 128
  private static let rounds = 7

  init(_ a: Side, _ b: Side, modes: [BenchMode]) throws(Failure) {
    pairs = try modes.map { (mode) throws(Failure) in
      (try StepTimer.Box(a, mode), try StepTimer.Box(b, mode))
    }
  }

  /// Time of `b` as a share of `a`'s: the geometric mean over the modes, each the median over pairs
  /// of neighbouring measurements.
  func ratio() -> Double {
    let product = pairs.reduce(1) { $0 * Self.ratio($1.a, $1.b) }
    return pairs.count == 2 ? product.squareRoot() : product
  }

  private static func ratio(_ a: StepTimer.Box, _ b: StepTimer.Box) -> Double {
    a.warmUp()
    b.warmUp()
    let ratios = (0..<rounds).map { _ in
      let first = a.once()
      return b.once() / first
    }
    return ratios.sorted()[rounds / 2]
  }
}

extension StepTimer {
  /// A timer that can stand in an array.
  final class Box {
    private var timer: StepTimer

    init(_ side: PairedTimer.Side, _ mode: BenchMode) throws(Failure) {
      timer = try StepTimer(side.model, mode: mode, team: side.team, seed: 0)
    }

    /// A few calls, so that memory and clock are warm.
    func warmUp() { timer.warmUp(steps: PairedTimer.sequence) }

    /// The mean of about half a millisecond, or of one call that takes longer.
    func once() -> Double { timer.measure(atLeast: 5e5).microseconds[0] }
  }
}
