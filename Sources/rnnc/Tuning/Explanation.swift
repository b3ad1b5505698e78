import Plan

/// What `compile --explain` says: how every matrix is walked, and what decided it.
struct Explanation {
  private let plan: Plan
  private let findings: Tuner.Findings?

  /// `findings` of a tuner; without them the plan's choices stand for themselves.
  init(_ plan: Plan, _ findings: Tuner.Findings?) {
    self.plan = plan
    self.findings = findings
  }

  func show(_ session: Session) throws {
    var table = Table([
      .word("call"), .word("kernel"), .number("weights [bytes]"), .word("walk"),
      .word("chosen by"),
    ])
    for (i, step) in plan.steps.enumerated() {
      guard case .call(let call) = step, let walk = CallWalk(call) else { continue }
      let choice = findings?.choices[i]
      session.addResult(json(call, walk, choice))
      table.add([
        call.comment, call.kernel, grouped(weightBytes(call)), walk.text, reason(choice),
      ])
    }
    try session.print(table)
    session.addResult(
      .object([
        "kind": .string("threads"), "step": .integer(plan.stepThreads),
        "sequence": .integer(plan.sequenceThreads),
        "wavefront_stages": .optional(plan.wavefront?.stages),
        "measured": .bool(findings?.hasMeasuredThreads == true),
      ]))
    try session.print(
      "threads that pay: \(plan.stepThreads) for a step, \(plan.sequenceThreads) for a sequence "
        + "(-t auto takes as many as there are processors for); chosen by \(threadsReason)")
    if let wavefront = plan.wavefront {
      try session.print(
        "\(wavefront.stages) threads take the calls of a sequence in turn, \(wavefront.rows) steps "
          + "at a time; the second begins with \(begins(wavefront))")
    }
  }

  /// What the second and later stages begin with.
  private func begins(_ wavefront: Wavefront) -> String {
    wavefront.starts.map { start in
      let first = plan.steps[start...].lazy.compactMap { step -> String? in
        if case .call(let call) = step { call.comment } else { nil }
      }.first
      return "'\(first ?? "")'"
    }.joined(separator: ", the next with ")
  }

  private func weightBytes(_ call: KernelCall) -> Int {
    call.operands.reduce(0) { sum, operand in
      guard let index = operand.buffer, case .weight = plan.buffers[index].storage else {
        return sum
      }
      return sum + plan.buffers[index].width * plan.buffers[index].element.byteCount
    }
  }

  private var threadsReason: String {
    guard let findings else { return "cost model, or the plan" }
    return findings.hasMeasuredThreads
      ? "cost model for a step, measurement for a sequence"
      : "cost model: one processor, or no time left to measure"
  }

  private func reason(_ choice: Tuner.Choice?) -> String {
    guard let choice else { return "cost model, or the plan" }
    guard let ratio = choice.ratio else { return "cost model: no time left to measure" }
    return ratio < 1
      ? "measurement: the model took \(fixed(100 * ratio, 0)) % of before"
      : "measurement: nothing was faster"
  }

  private func json(_ call: KernelCall, _ walk: CallWalk, _ choice: Tuner.Choice?) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("kind", .string("call")), ("call", .string(call.comment)), ("kernel", .string(call.kernel)),
      ("weight_bytes", .integer(weightBytes(call))),
    ]
    for name in CallWalk.names where walk.has(name) { members.append((name, .integer(walk[name]))) }
    members.append(("measured", .bool(choice?.ratio != nil)))
    members.append(("ratio", .optional(choice?.ratio)))
    return .object(members)
  }
}
