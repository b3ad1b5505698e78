import Glibc
import Runtime

/// One step at a time, or sequences of so many steps.
enum BenchMode {
  case step
  case sequence(Int)

  var text: String {
    switch self {
    case .step: "step"
    case .sequence(let steps): "sequence of \(steps)"
    }
  }

  var word: String { if case .step = self { "step" } else { "sequence" } }
  var steps: Int { if case .sequence(let steps) = self { steps } else { 1 } }
}

/// Times of one step in microseconds, and how many steps each of them is the mean of.
struct BenchSamples {
  var microseconds: [Double]
  var stepsPerSample: Int
  var steps: Int { microseconds.count * stepsPerSample }
}

/// Times a program on random input, without allocating, between readings of the monotonic clock.
struct StepTimer: ~Copyable {
  private var stream: Stream
  private var memory: PortMemory
  private let mode: BenchMode
  private let team: Team?
  /// Calls of one sample.
  private var callsPerSample = 1

  /// Rows of input that single steps take turns with.
  private static let rowCount = 64
  /// A reading of the clock costs some 25 ns: at most about 1 % of a sample.
  private static let shortestSample = 2_000.0
  /// More samples tell nothing more and fill memory.
  private static let sampleLimit = 200_000
  /// Steps from one fresh state, lest a stream drifts off into numbers that no user has.
  private static let streamSteps = 1000

  init(_ model: Executable, mode: BenchMode, team: Team?, seed: UInt64) throws(Failure) {
    stream = Stream(model.program)
    self.mode = mode
    self.team = team
    let rows = if case .sequence(let steps) = mode { steps } else { Self.rowCount }
    memory = try PortMemory(model.program, capacity: rows)
    var random = RandomInput(model.plan, seed: seed)
    memory.fill(random.next(steps: rows))
  }

  /// Runs `steps` steps, or for a tenth of a second, then sees how many calls a sample needs.
  mutating func warmUp(steps: Int?) {
    let start = Self.now()
    var calls = 0
    while steps.map({ calls * mode.steps < $0 }) ?? (calls == 0 || Self.now() - start < 1e8) {
      _ = sample(calls)
      calls += 1
    }
    let once = (0..<5).map { sample($0) }.min()!
    callsPerSample = max(1, Int((Self.shortestSample / max(once, 1)).rounded(.up)))
  }

  mutating func measure(steps: Int) -> BenchSamples {
    let calls = max(1, steps / mode.steps)
    callsPerSample = min(callsPerSample, calls)
    // Every sample has as many calls, and all together are what was asked for.
    while calls % callsPerSample != 0 { callsPerSample -= 1 }
    let perSample = callsPerSample * mode.steps
    return measure(count: max(1, steps / perSample))
  }

  mutating func measure(seconds: Double) -> BenchSamples {
    let estimate = (0..<5).map { sample($0) }.sorted()[2]
    let count = seconds * 1e9 / max(estimate, 1)
    if count > Double(Self.sampleLimit) {
      callsPerSample *= Int((count / Double(Self.sampleLimit)).rounded(.up))
    }
    return measure(count: min(Self.sampleLimit, max(1, Int(count))), deadline: seconds * 1e9)
  }

  /// Warms up by as few calls as tell how many make a sample of at least that many nanoseconds.
  mutating func warmUp(forSamplesOf nanoseconds: Double) {
    callsPerSample = 1
    var once = sample(0)
    for i in 1..<4 where once < nanoseconds { once = min(once, sample(i)) }
    callsPerSample = max(1, Int((nanoseconds / max(once, 1)).rounded(.up)))
  }

  /// One sample, in microseconds per step.
  mutating func once() -> Double { measure(count: 1).microseconds[0] }

  /// Every call on its own, in microseconds: as many as `limit` and `seconds` allow, ten at least. The
  /// reading of the clock is part of them.
  mutating func measureSingly(limit: Int, seconds: Double) -> BenchSamples {
    callsPerSample = 1
    let least = measure(count: 10).microseconds
    let rest = measure(count: limit - 10, deadline: seconds * 1e9).microseconds
    return BenchSamples(microseconds: least + rest, stepsPerSample: mode.steps)
  }

  private mutating func measure(count: Int, deadline: Double? = nil) -> BenchSamples {
    var times: [Double] = []
    times.reserveCapacity(count)
    let perSample = callsPerSample * mode.steps
    let start = Self.now()
    for i in 0..<count {
      times.append(sample(i) / Double(perSample) / 1e3)
      if let deadline, Self.now() - start > deadline { break }
    }
    return BenchSamples(microseconds: times, stepsPerSample: perSample)
  }

  /// Nanoseconds of the calls of sample `index`.
  private mutating func sample(_ index: Int) -> Double {
    switch mode {
    case .step:
      if index * callsPerSample % Self.streamSteps < callsPerSample { stream.reset() }
      memory.point(at: index % Self.rowCount)
    case .sequence:
      stream.reset()
    }
    let (steps, calls, team) = (mode.steps, callsPerSample, team)
    return memory.withPointers { inputs, outputs in
      let start = Self.now()
      for _ in 0..<calls {
        // The pointers fit the program: nothing can fail.
        try? stream.run(inputs: inputs, outputs: outputs, steps: steps, on: team)
      }
      return Self.now() - start
    }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
