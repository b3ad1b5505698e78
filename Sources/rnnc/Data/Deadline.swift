import ArgumentParser
import Kernels
import Plan

/// What `--deadline` takes: microseconds that no step may exceed.
struct Deadline: ExpressibleByArgument {
  let microseconds: Double

  init?(argument: String) {
    guard let value = Double(argument), value > 0, value < 1e12 else { return nil }
    microseconds = value
  }

  /// Each of many steps, back to back on one thread, against it.
  struct Outcome {
    let deadline: Deadline
    let steps: Int
    /// Of one step, in microseconds.
    let longest, p999: Double
    var isMet: Bool { longest <= deadline.microseconds }
  }

  private static let stepLimit = 200_000
  private static let seconds = 2.0
  private static let seed: UInt64 = 0

  /// Steps the plan in the runtime. Cost: some two seconds.
  func measure(_ file: PlanFile) throws -> Outcome {
    guard let isa = ISA.named(file.plan.isa), isa.runsHere else {
      throw Failure(
        .unavailable, "--deadline measures on this machine, where '\(file.plan.isa)' cannot run")
    }
    let model = try Executable.opening(file)
    var timer = try StepTimer(model, mode: .step, team: nil, seed: Self.seed)
    timer.warmUp(steps: nil)
    let samples = timer.measureSingly(limit: Self.stepLimit, seconds: Self.seconds)
    let statistics = Statistics(samples.microseconds)
    return Outcome(
      deadline: self, steps: samples.steps, longest: statistics.maximum,
      p999: statistics.percentile(0.999))
  }
}

extension Deadline.Outcome {
  func show(_ session: Session) throws {
    session.addResult(
      .object([
        "kind": .string("deadline"), "deadline_us": .number(deadline.microseconds),
        "longest_us": .number(longest), "p999_us": .number(p999), "steps": .integer(steps),
        "ok": .bool(isMet),
      ]))
    try session.print(
      "deadline: \(significant(deadline.microseconds)) us \(isMet ? "met" : "missed"): longest "
        + "\(fixed(longest, 1)) us, p99.9 \(fixed(p999, 1)) us of \(grouped(steps)) steps")
  }
}
