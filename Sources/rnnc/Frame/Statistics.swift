/// Samples in ascending order and what is asked of them.
struct Statistics {
  let sorted: [Double]
  let mean: Double

  /// At least one sample.
  init(_ samples: [Double]) {
    precondition(!samples.isEmpty)
    sorted = samples.sorted()
    mean = samples.reduce(0, +) / Double(samples.count)
  }

  /// The value that a share `p` (0 ... 1) of the samples does not exceed: nearest rank, no
  /// interpolation, so that every percentile is a time that really happened.
  func percentile(_ p: Double) -> Double {
    let rank = (p * Double(sorted.count)).rounded(.up)
    return sorted[min(sorted.count, max(1, Int(rank))) - 1]
  }

  var maximum: Double { sorted[sorted.count - 1] }
}
