import Plan

/// One line of `bench`.
struct BenchResult {
  let name: String
  let threads: Int
  let mode: BenchMode
  let samples: BenchSamples
  let plan: Plan

  private var statistics: Statistics { Statistics(samples.microseconds) }

  var json: JSON {
    let s = statistics
    return .object([
      "model": .string(name), "threads": .integer(threads), "mode": .string(mode.word),
      "steps": .integer(samples.steps), "p50_us": .number(s.percentile(0.5)),
      "p90_us": .number(s.percentile(0.9)), "p99_us": .number(s.percentile(0.99)),
      "p999_us": .number(s.percentile(0.999)), "max_us": .number(s.maximum),
      "mean_us": .number(s.mean), "samples_us": .numbers(samples.microseconds),
      "steps_per_sample": .integer(samples.stepsPerSample), "isa": .string(plan.isa),
      "weight_bytes": .integer(plan.weights.count),
    ])
  }

  var cells: [String] {
    let s = statistics
    let median = s.percentile(0.5)
    let times = [0.5, 0.9, 0.99, 0.999].map { significant(s.percentile($0)) }
    let bandwidth = median > 0 ? Double(plan.weights.count) / median / 1e3 : 0
    return [
      name, String(threads), mode.text, plan.isa, String(samples.steps),
      String(samples.stepsPerSample),
    ]
      + times
      + [
        significant(s.maximum), significant(s.mean), grouped(plan.weights.count),
        significant(bandwidth, 3),
      ]
  }
}
