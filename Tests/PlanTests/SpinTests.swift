import COpenMP
import Foundation
import Glibc
import Synchronization
import Testing

/// Workers spin after a call for as long as they were told, and sleep then.
@Suite(.serialized) struct SpinTests {
  private final class Seen: Sendable {
    let worker = Mutex<String?>(nil)
  }

  /// One call of two threads; the second's folder in /proc, nil when there was none.
  private func callOnTwoThreads() -> String? {
    let seen = Seen()
    copenmp_run(
      2,
      { context, thread, _, _ in
        let seen = Unmanaged<Seen>.fromOpaque(context!).takeUnretainedValue()
        guard thread == 1 else { return }
        seen.worker.withLock {
          $0 = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        }
      }, Unmanaged.passUnretained(seen).toOpaque())
    return seen.worker.withLock { $0 }
  }

  /// `S` asleep, `R` running or waiting for a processor: whatever else this machine does.
  private func state(of thread: String) throws -> Character {
    let line = try String(contentsOfFile: "/proc/\(thread)/stat", encoding: .utf8)
    return try #require(line.split(separator: ")").last?.dropFirst().first)
  }

  /// Milliseconds from the end of a call until its worker sleeps, the least of some attempts (a busy
  /// machine may take long to let it); `limit` where it is awake for longer.
  private func millisecondsAwake(limit: Double) throws -> Double {
    try (0..<5).map { _ in
      let worker = try #require(callOnTwoThreads())
      let start = ContinuousClock.now
      var passed = 0.0
      repeat {
        usleep(500)
        passed = (ContinuousClock.now - start) / .milliseconds(1)
      } while try passed < limit && state(of: worker) != "S"
      return min(passed, limit)
    }.min()!
  }

  @Test func workersSleepSoonAfterACall() throws {
    #expect(try millisecondsAwake(limit: 1000) < 100)
  }

  @Test func aLongerSpinIsKept() throws {
    defer { copenmp_set_spin(Int32(COPENMP_DEFAULT_SPIN)) }
    copenmp_set_spin(150)
    #expect(try millisecondsAwake(limit: 1000) >= 100)
    copenmp_set_spin(-1)
    #expect(try millisecondsAwake(limit: 1000) < 100)
  }
}
