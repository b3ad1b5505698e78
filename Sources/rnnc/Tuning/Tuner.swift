import COpenMP
import Kernels
import Plan
import Runtime

/// Chooses by measurement how each matrix of a plan is walked, and how many threads a sequence is
/// worth. Results keep every bit.
///
/// One integer of one call at a time is changed, calls of the same kernel and sizes together, and
/// kept where the whole model gets faster by more than the noise. Single steps keep the threads of
/// the cost model, for here workers never sleep between them. Cost: at most about `budget`.
struct Tuner {
  /// What became of one call.
  struct Choice {
    let walk: CallWalk
    /// Time of the model as a share of what it was before this call's changes; nil: not measured.
    var ratio: Double?
  }

  private(set) var file: PlanFile
  private(set) var choices: [Int: Choice] = [:]
  private let lanes: Int
  private let deadline = ContinuousClock.now + Tuner.budget

  static let budget = Duration.seconds(4)
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

  mutating func tune(_ report: (String) -> Void) throws {
    for (i, step) in file.plan.steps.enumerated() {
      guard case .call(let call) = step, let walk = CallWalk(call) else { continue }
      let twins = file.plan.steps.indices.filter { isTwin(file.plan.steps[$0], of: call) }
      if twins[0] != i { continue }
      report("tuning \(call.comment)")
      try tune(twins, walk)
    }
  }

  /// Twice as many threads as long as that helps, in a wavefront if that is the faster way.
  mutating func tuneThreads(upTo processors: Int) throws {
    try tuneWavefront(upTo: processors)
    let model = try Executable.opening(file)
    func side(_ threads: Int) -> PairedTimer.Side {
      .init(model: model, team: threads > 1 ? Team(threads: threads, runner: copenmp_run) : nil)
    }
    file.plan.sequenceThreads = 1
    var threads = 2
    while threads <= processors, ContinuousClock.now < deadline,
      try PairedTimer(side(threads / 2), side(threads), modes: [.sequence(PairedTimer.sequence)])
        .ratio() < Self.gain
    {
      file.plan.sequenceThreads = threads
      threads *= 2
    }
  }

  /// Leaves the wavefront out where threads that share every call are faster.
  private mutating func tuneWavefront(upTo processors: Int) throws {
    guard let wavefront = file.plan.wavefront, wavefront.stages <= processors,
      ContinuousClock.now < deadline
    else { return }
    var shared = file
    shared.plan.wavefront = nil
    let team = Team(threads: wavefront.stages, runner: copenmp_run)
    let (before, after) = (try Executable.opening(file), try Executable.opening(shared))
    let ratio = try PairedTimer(
      .init(model: before, team: team), .init(model: after, team: team),
      modes: [.sequence(PairedTimer.sequence)]
    ).ratio()
    if ratio < Self.gain { file = shared }
  }

  private func isTwin(_ step: Step, of call: KernelCall) -> Bool {
    guard case .call(let other) = step else { return false }
    return other.kernel == call.kernel && other.integers == call.integers
  }

  private mutating func tune(_ twins: [Int], _ walk: CallWalk) throws {
    var (best, ratio) = (walk, Double?.none)
    for name in CallWalk.names {
      for changed in best.alternatives(to: name, lanes: lanes) {
        guard ContinuousClock.now < deadline else { break }
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
      choices[i] = Choice(walk: CallWalk(call)!, ratio: ratio)
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
      modes: [.step, .sequence(PairedTimer.sequence)]
    ).ratio()
  }
}
