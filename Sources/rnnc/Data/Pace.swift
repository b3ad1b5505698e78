import Glibc

/// Holds a run to the pace of real time: step t is not begun before its time.
struct Pace {
  private let stepSeconds: Double
  private let start = Pace.now()
  private(set) var steps = 0
  /// Chunks that were finished only after the next one was due.
  private(set) var lateChunks = 0
  private(set) var chunks = 0

  /// `rate`: steps per second.
  init(rate: Double) { stepSeconds = 1 / rate }

  /// Waits until `count` more steps would have arrived.
  mutating func wait(for count: Int) {
    steps += count
    let due = start + Double(steps) * stepSeconds
    while true {
      let left = due - Self.now()
      if left <= 0 { return }
      var time = timespec()
      time.tv_sec = Int(left)
      time.tv_nsec = Int((left - Double(Int(left))) * 1e9)
      nanosleep(&time, nil)
    }
  }

  /// Notes that the last steps are done.
  mutating func finish(_ count: Int) {
    chunks += 1
    if Self.now() > start + Double(steps + count) * stepSeconds { lateChunks += 1 }
  }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
