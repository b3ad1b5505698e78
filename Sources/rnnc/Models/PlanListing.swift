import Kernels
import Plan

/// A compiled plan, as `show` prints it: what it takes and gives, then its kernel calls.
struct PlanListing {
  private let file: PlanFile
  private var plan: Plan { file.plan }

  init(_ file: PlanFile) { self.file = file }

  func show(_ session: Session) throws {
    session.addResult(json)
    let target = ISA.named(plan.isa)?.target ?? "unknown"
    try session.print("plan      \(plan.name), written by rnnc \(file.toolVersion)")
    try session.print("target    \(target) (\(plan.isa))")
    if let rate = plan.rate { try session.print("rate      \(significant(rate)) steps/s") }
    try session.print("weights   \(grouped(plan.weights.count)) bytes, packed")
    try session.print("state     \(grouped(plan.stateByteCount)) bytes per stream")
    try session.print("scratch   \(grouped(plan.scratchByteCount)) bytes per call")
    try session.print(
      "threads   at most \(plan.stepThreads) for a step, \(plan.sequenceThreads) for a sequence"
        + (plan.wavefront.map { "; \($0.stages) take calls in turn" } ?? "") + "\n")
    try session.print(portTable)
    try session.print("")
    try session.print(callTable)
  }

  private var portTable: Table {
    var table = Table([.word("port"), .word("name"), .word("type"), .word("shape of a step")])
    for (word, ports) in [("input", plan.inputs), ("output", plan.outputs)] {
      for port in ports {
        table.add([word, port.name, port.declared.rawValue, "\(port.shape)"])
      }
    }
    return table
  }

  private var callTable: Table {
    var table = Table([.number("call"), .word("kernel"), .word("what")])
    for (i, call) in plan.calls.enumerated() {
      table.add([String(i), call.kernel, call.comment])
    }
    return table
  }

  private var json: JSON {
    .object([
      "plan": .string(plan.name), "tool": .string(file.toolVersion), "isa": .string(plan.isa),
      "features": .string(file.features), "rate": .optional(plan.rate),
      "weight_bytes": .integer(plan.weights.count), "state_bytes": .integer(plan.stateByteCount),
      "scratch_bytes": .integer(plan.scratchByteCount),
      "step_threads": .integer(plan.stepThreads),
      "sequence_threads": .integer(plan.sequenceThreads),
      "wavefront_stages": .optional(plan.wavefront?.stages),
      "inputs": .array(plan.inputs.map(Self.json)),
      "outputs": .array(plan.outputs.map(Self.json)),
      "calls": .array(
        plan.calls.map {
          .object(["kernel": .string($0.kernel), "what": .string($0.comment)])
        }),
    ])
  }

  private static func json(_ port: Port) -> JSON {
    .object([
      "name": .string(port.name), "type": .string(port.declared.rawValue),
      "shape": .integers(port.shape), "labels": .strings(port.labels),
    ])
  }
}
