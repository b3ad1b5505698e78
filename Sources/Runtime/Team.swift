import CRuntime

/// Threads that share the work of one call of `Stream.run`. The host brings them: this library
/// starts none. The results have the same bits for any number of threads.
public struct Team: Sendable {
  /// Calls its second argument once on each of as many threads as the first says (or fewer), and
  /// returns when all have finished. Every call gets the third argument, its thread's index, the
  /// number of threads that take part, and where those wait for each other.
  public typealias Runner =
    @convention(c) (Int32, ck_participant?, UnsafeMutableRawPointer?) -> Void

  public let threads: Int
  private let runner: Runner

  /// `threads` is at least 1.
  public init(threads: Int, runner: @escaping Runner) {
    precondition(threads >= 1 && threads <= Int(Int32.max))
    self.threads = threads
    self.runner = runner
  }

  /// Runs the call on all threads; the result of `rnnc_run_share`.
  func run(_ call: consuming SharedCall) -> Int32 {
    withUnsafeMutablePointer(to: &call) { context in
      runner(
        Int32(threads),
        { context, thread, threads, team in
          context!.assumingMemoryBound(to: SharedCall.self).pointee.perform(thread, threads, team)
        }, context)
    }
    return call.result
  }
}

/// The arguments of one call of `rnnc_run_share`, the same for all threads.
struct SharedCall {
  let program: OpaquePointer
  let state, scratch: UnsafeMutableRawPointer
  let inputs: UnsafePointer<UnsafeRawPointer?>
  let outputs: UnsafePointer<UnsafeMutableRawPointer?>
  let steps: Int
  /// Written by the first thread alone: it is the same for all.
  var result: Int32 = 0

  mutating func perform(_ thread: Int32, _ threads: Int32, _ team: UnsafePointer<ck_team>?) {
    let result = rnnc_run_share(
      program, state, scratch, inputs, outputs, steps, thread, threads, team)
    if thread == 0 { self.result = result }
  }
}
