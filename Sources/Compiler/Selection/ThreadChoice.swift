import Plan
import Tensors

/// How many threads make a plan's calls faster, by a model of what sharing saves and costs.
///
/// The work is estimated as on a fast processor and the overheads as on a slow one, so that a wrong
/// estimate errs on the side of one thread. Two are taken when they are predicted to be `worthwhile`
/// times faster, and twice as many again and again while that saves a third of the time.
package enum ThreadChoice {
  /// From so many steps on a call counts as a sequence; the runtime has the same number.
  package static let sequenceSteps = 64
  /// Waking workers that sleep, as they do when a stream has paused for longer than they spin.
  package static let wakeNanoseconds = 25_000.0
  static let worthwhile = 1.2
  static let worthMore = 1.5
  static let limit = 64

  /// The two numbers of a plan: for calls of one step, and of `sequenceSteps` and more.
  package static func threads(
    for plan: Plan, lanes: Int
  ) -> (step: Int, sequence: Int) {
    let model = Model(of: plan, lanes: lanes)
    return (model.choice(steps: 1), model.choice(steps: sequenceSteps))
  }
}

extension ThreadChoice {
  /// Nanoseconds and bytes per nanosecond, measured on two cores of a server with AVX-512 (the tables
  /// "Limits" and "Threads" of the project's measurements, or `rnnc env --measure`).
  enum Machine {
    /// Multiply-adds of one lane: 232 GFLOP/s of 16 lanes.
    static let multiplyAdds = 232.0 / 2 / 16
    /// Of that, products of many rows reach 0.85.
    static let rowsEfficiency = 0.85
    /// Rows that one reading of a panel serves.
    static let rowsOfReading = 6.0
    /// One vector of units through an LSTM's activations.
    static let epilogue = 8.0
    /// One element of the loops that are no products.
    static let element = 0.3
    /// Reading a byte that another core wrote, many under way. Not measured alone: chosen so that
    /// chains of small products, of which two threads saved nothing, stay at one.
    static let exchange = 0.05
    /// Calling a kernel.
    static let call = 20.0
    /// Meeting of two threads: 30 to 130. Of more it is as many rounds as their number has bits.
    static let wait = 100.0
    /// Fork and join while workers spin: 330 to 1200 of two threads.
    static let fork = 500.0

    /// What one of `threads` reads when each walks through so many bytes again and again. Caches of a
    /// core add up; the memory's 50 of one thread are 110 of all.
    static func bandwidth(footprint: Double, threads: Int) -> Double {
      switch footprint {
      case ..<Double(32 << 10): 480
      case ..<Double(1 << 20): 226
      case ..<Double(32 << 20): 110
      default: min(50, 110 / Double(threads))
      }
    }
  }
}
