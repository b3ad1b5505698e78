import Emission
import Plan

/// The real-time certificate of a plan: what one step takes and never does, as `compile --explain`
/// prints it. The zeros are properties of the kernels' text, which the tests prove.
struct Certificate {
  private let cost: StepCost
  private let stack: StackMeasurement

  private static let subnormals = "count as zero; the caller's floating-point mode is restored"

  init(_ plan: Plan, for target: Target, _ session: Session) throws {
    cost = StepCost(plan)
    stack = try StackMeasurement.measure(plan, for: target, session)
  }

  func show(_ session: Session) throws {
    session.addResult(json)
    var table = Table([.word("one step takes"), .number("bytes"), .word("")])
    table.add(["state", grouped(cost.stateByteCount), "one per stream"])
    table.add(["scratch", grouped(cost.scratchByteCount), "one per call in flight"])
    table.add(["stack", stack.byteCount.map { grouped($0) } ?? "-", stack.source])
    table.add(["weights", grouped(cost.weightByteCount), "constant"])
    table.add(["touched", grouped(cost.touchedByteCount), "at most, each counted once"])
    try session.print(table)
    try session.print("work: \(grouped(cost.macs)) MACs")
    try session.print("allocations, locks, system calls: 0, 0, 0")
    try session.print("subnormal numbers: \(Self.subnormals)")
  }

  private var json: JSON {
    .object([
      "kind": .string("certificate"), "state_bytes": .integer(cost.stateByteCount),
      "scratch_bytes": .integer(cost.scratchByteCount),
      "stack_bytes": stack.byteCount.map { .integer($0) } ?? .null,
      "stack_source": .string(stack.source), "weight_bytes": .integer(cost.weightByteCount),
      "macs_per_step": .integer(cost.macs),
      "touched_bytes_per_step": .integer(cost.touchedByteCount), "allocations": .integer(0),
      "locks": .integer(0), "system_calls": .integer(0), "subnormals": .string(Self.subnormals),
    ])
  }
}
