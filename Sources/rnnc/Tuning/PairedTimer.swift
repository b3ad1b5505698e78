import Runtime

/// Compares two programs that differ in speed alone, in turns, since a machine's clock drifts more
/// than they differ.
struct PairedTimer {
  private var steps: [StepTimer.Box]
  private var sequences: [StepTimer.Box]

  /// Steps of a sequence, as many as the usual tile.
  static let sequence = 64
  private static let rounds = 7

  init(_ a: Executable, _ b: Executable) throws(Failure) {
    func boxes(_ mode: BenchMode) throws(Failure) -> [StepTimer.Box] {
      [
        try StepTimer.Box(StepTimer(a, mode: mode, team: nil, seed: 0)),
        try StepTimer.Box(StepTimer(b, mode: mode, team: nil, seed: 0)),
      ]
    }
    steps = try boxes(.step)
    sequences = try boxes(.sequence(Self.sequence))
  }

  /// Time of `b` as a share of `a`'s: the geometric mean over single steps and sequences, each the
  /// median over pairs of neighbouring measurements.
  mutating func ratio() -> Double {
    (Self.ratio(&steps) * Self.ratio(&sequences)).squareRoot()
  }

  private static func ratio(_ timers: inout [StepTimer.Box]) -> Double {
    for timer in timers { timer.warmUp() }
    let ratios = (0..<rounds).map { _ in
      let a = timers[0].once()
      return timers[1].once() / a
    }
    return ratios.sorted()[rounds / 2]
  }
}

extension StepTimer {
  /// A timer that can stand in an array.
  final class Box {
    private var timer: StepTimer

    init(_ timer: consuming StepTimer) { self.timer = timer }

    /// A few calls, so that memory and clock are warm.
    func warmUp() { timer.warmUp(steps: 3 * PairedTimer.sequence) }

    /// The mean of about half a millisecond, or of one call that takes longer.
    func once() -> Double {
      timer.measure(atLeast: 5e5).microseconds[0]
    }
  }
}
