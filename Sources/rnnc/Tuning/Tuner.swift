import COpenMP
import Compiler
import Kernels
import Plan
import Runtime

/// Chooses by measurement how each matrix of a plan is walked, and how many threads a sequence is
/// worth. Results keep every bit.
///
/// One integer of one call at a time is changed, calls of the same kernel and sizes together, and
/// kept where the whole model gets faster by more than the noise. Single steps keep the threads of
/// the cost model, for here workers never sleep between them. Cost: some four seconds, or as long as
/// one comparison of each kind takes.
struct Tuner {
  /// What became of one call.
  struct Choice {
    let walk: CallWalk
    /// Time of the model as a share of what it was before this call's changes; nil: not measured.
    var ratio: Double?
  }

  /// What a plan's choices rest on; nothing of it is stored in the plan.
  struct Findings {
    /// By entry of the plan.
    var choices: [Int: Choice] = [:]
    /// Whether threads were compared: there may be one processor, or no time left.
    var hasMeasuredThreads = false
  }

  private(set) var file: PlanFile
  private(set) var findings = Findings()
  private let lanes: Int
  private let start = ContinuousClock.now

  private static let walksBudget = Duration.seconds(3)
  private static let budget = Duration.seconds(4)
  /// A change must gain more than two measurements of the same thing differ by.
  private static let gain = 0.97

  init(_ file: PlanFile) throws(Failure) {
    guard let isa = ISA.named(file.plan.isa), isa.runsHere else {
      throw Failure(
        .unavailable, "--tune measures on this machine, where '\(file.plan.isa)' cannot run")
    }
    self.file = file
    lanes = isa.lanes
  }

  private var walksDeadline: ContinuousClock.Instant { start + Self.walksBudget }

  mutating func tune(_ report: (String) -> Void) throws {
    // As they were: those that have been tuned no longer look like their twins.
    let steps = file.plan.steps
    for (i, step) in steps.enumerated() {
      guard case .call(let call) = step, let walk = CallWalk(call) else { continue }
      let twins = steps.indices.filter { isTwin(steps[$0], of: call) }
      if twins[0] != i { continue }
      report("tuning \(call.comment)")
      try tune(twins, walk)
    }
  }

  /// Twice as many threads as long as that helps a sequence whose workers slept before, in a wavefront
  /// if that is the faster way. Without time to measure the cost model's numbers stay.
  mutating func tuneThreads(upTo processors: Int) throws {
    guard processors >= 2, ContinuousClock.now < start + Self.budget else { return }
    try tuneWavefront(upTo: processors)
    findings.hasMeasuredThreads = true
    let model = try Executable.opening(file)
    var threads = 1
    while 2 * threads <= processors, try isWorth(2 * threads, in: model) { threads *= 2 }
    file.plan.sequenceThreads = threads
  }

  /// Whether so many threads are faster than half as many.
  private func isWorth(_ threads: Int, in model: Executable) throws -> Bool {
    let result = try compare(model, threads / 2, model, threads)
    let steps = Double(ThreadChoice.sequenceSteps)
    let wake = threads == 2 ? ThreadChoice.wakeNanoseconds / 1e3 / (steps * result.first) : 0
    return result.ratio + wake < Self.gain
  }

  private func compare(
    _ first: Executable, _ firstThreads: Int, _ second: Executable, _ secondThreads: Int
  ) throws -> PairedTimer.Result {
    func side(_ model: Executable, _ threads: Int) -> PairedTimer.Side {
      .init(model: model, team: threads > 1 ? Team(threads: threads, runner: copenmp_run) : nil)
    }
    return try PairedTimer(
      side(first, firstThreads), side(second, secondThreads),
      modes: [.sequence(PairedTimer.sequence)], deadline: start + Self.budget
    ).results()[0]
  }

  /// Leaves the wavefront out where threads that share every call are faster.
  private mutating func tuneWavefront(upTo processors: Int) throws {
    guard let stages = file.plan.wavefront?.stages, stages <= processors else { return }
    var shared = file
    shared.plan.wavefront = nil
    let (before, after) = (try Executable.opening(file), try Executable.opening(shared))
    if try compare(before, stages, after, stages).ratio < Self.gain { file = shared }
  }

  private func isTwin(_ step: Step, of call: KernelCall) -> Bool {
    guard case .call(let other) = step else { return false }
    return other.kernel == call.kernel && other.integers == call.integers
  }

  private mutating func tune(_ twins: [Int], _ walk: CallWalk) throws {
    var (best, ratio) = (walk, Double?.none)
    for name in CallWalk.names {
      for changed in best.alternatives(to: name, lanes: lanes) {
        guard ContinuousClock.now < walksDeadline else { break }
        let candidate = replacing(twins, with: changed)
        let share = try self.ratio(of: candidate)
        ratio = ratio ?? 1
        guard share < Self.gain else { continue }
        (file, ratio) = (candidate, ratio! * share)
        best = CallWalk(changed)!
      }
    }
    for i in twins {
      guard case .call(let call) = file.plan.steps[i] else { continue }
      findings.choices[i] = Choice(walk: CallWalk(call)!, ratio: ratio)
    }
  }

  private func replacing(_ twins: [Int], with changed: KernelCall) -> PlanFile {
    var result = file
    for i in twins {
      guard case .call(var call) = result.plan.steps[i] else { continue }
      call.integers = changed.integers
      result.plan.steps[i] = .call(call)
    }
    return result
  }

  private func ratio(of candidate: PlanFile) throws -> Double {
    let (before, after) = (try Executable.opening(file), try Executable.opening(candidate))
    return try PairedTimer(
      .init(model: before), .init(model: after),
      modes: [.step, .sequence(PairedTimer.sequence)], deadline: walksDeadline
    ).ratio()
  }
}
