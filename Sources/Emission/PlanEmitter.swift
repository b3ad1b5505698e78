import Kernels
import Plan
import Tensors

/// One plan as C functions: `<entry>_start`, which gives a state its first values, and
/// `<entry>_tile`, which runs the flat list for at most `plan.tile` steps.
struct PlanEmitter {
  let weights: WeightsEmitter
  /// Prefix of the functions' names.
  let entry: String
  /// Whether there is `<entry>_share` too: one thread's part of a tile.
  let hasThreads: Bool
  /// Whether the functions are called from another source.
  var isHidden = false

  private var plan: Plan { weights.plan }

  func text() throws(EmissionError) -> String {
    try [
      KernelText(plan: plan).text(), weights.declarations(), resetFunction(), pointwiseFunctions(),
      listFunction(), KernelText.end(),
    ].joined(separator: "\n")
  }

  private var linkage: String {
    isHidden ? "__attribute__((visibility(\"hidden\"))) void" : "static void"
  }

  // MARK: Reset

  private func resetFunction() -> String {
    let lines = plan.buffers.enumerated().compactMap { i, buffer -> String? in
      guard case .state(let offset) = buffer.storage, buffer.width > 0 else { return nil }
      let bytes = buffer.width * 4
      let start = plan.states.first { $0.buffer == i }?.initial
      let place = "state + \(InterfaceEmitter.headerBytes + offset)"
      let text =
        start.map { "memcpy(\(place), \(weights.pointer(to: $0)), \(bytes));" }
        ?? "memset(\(place), 0, \(bytes));"
      return "  \(text) /* \(CText.comment(buffer.name)) */"
    }
    let body = lines.isEmpty ? ["  (void)state;"] : lines
    return """
      /* ---- states before the first step ---- */
      \(linkage) \(entry)_start(unsigned char *state) {
      \(body.joined(separator: "\n"))
      }

      """
  }

  // MARK: The flat list

  private func pointwiseFunctions() throws(EmissionError) -> String {
    var functions: [String] = []
    for (i, step) in plan.steps.enumerated() {
      guard case .call(let call) = step, call.kernel == KernelText.pointwise else { continue }
      functions.append(try PointwiseEmitter(call: call, name: pointwiseName(i)).function())
    }
    return functions.joined(separator: "\n")
  }

  private func pointwiseName(_ step: Int) -> String { "\(entry)_pointwise_\(step)" }

  private func listFunction() throws(EmissionError) -> String {
    let ports = Self.portParameters(plan)
    let parameters = "unsigned char *state, unsigned char *scratch, \(ports), int steps, int turn"
    let shared = ", int thread, int threads, const ck_team *team"
    let title = "/* ---- the plan: \(plan.calls.count) kernel calls ---- */\n"
    let body = try listBody()
    guard hasThreads else {
      return title + Self.wrapped("\(linkage) \(entry)_tile(\(parameters))") + body
    }
    let list = Self.wrapped("INLINE void \(entry)_list(\(parameters)\(shared))")
    let names = "state, scratch, \(Self.portNames(plan)), steps, turn"
    return title + list + body + """

      /* All of it, and one thread's part. */
      \(Self.wrapped("\(linkage) \(entry)_tile(\(parameters))"))  \(entry)_list(\(names), 0, 1, NULL);
      }
      \(isHidden ? "" : "__attribute__((unused)) ")\(Self.wrapped("\(linkage) \(entry)_share(\(parameters)\(shared))"))\
        \(entry)_list(\(names), thread, threads, team);
      }

      """
  }

  /// A function's head, broken after the commas where it would be longer than a line.
  private static func wrapped(_ head: String) -> String {
    var (lines, line) = ([String](), "")
    for (i, word) in head.split(separator: ", ").enumerated() {
      let piece = i == 0 ? String(word) : ", " + word
      if i > 0 && line.count + piece.count > 96 {
        lines.append(line + ",")
        line = "    " + word
      } else {
        line += piece
      }
    }
    return (lines + [line]).joined(separator: "\n") + " {\n"
  }

  /// `const float *in0, float *out0`.
  static func portParameters(_ plan: Plan) -> String {
    let inputs = plan.inputs.enumerated().map { "const \(element($1.element)) *in\($0)" }
    let outputs = plan.outputs.enumerated().map { "\(element($1.element)) *out\($0)" }
    return (inputs + outputs).joined(separator: ", ")
  }

  static func portNames(_ plan: Plan) -> String {
    (plan.inputs.indices.map { "in\($0)" } + plan.outputs.indices.map { "out\($0)" })
      .joined(separator: ", ")
  }

  private func listBody() throws(EmissionError) -> String {
    let unread = ["state", "scratch", "turn"] + plan.inputs.indices.map { "in\($0)" }
    var lines = ["  (void)\(unread.joined(separator: ", (void)"));"]
    if hasThreads && plan.calls.contains(where: { $0.kernel == KernelText.pointwise }) {
      lines.append("  const ck_range rows = ck_share(steps, thread, threads);")
      lines.append("  (void)rows;")
    }
    var inLoop = 0
    for (i, step) in plan.steps.enumerated() {
      switch step {
      case .loop(let count):
        inLoop = count
        lines.append("  for (int t = 0; t < steps; t++) {")
      case .call(let call):
        let indent = inLoop > 0 ? "    " : "  "
        lines.append("\(indent)/* \(CText.comment(call.comment)) */")
        lines += try self.call(call, step: i, inLoop: inLoop > 0).map { indent + $0 }
        if hasThreads { lines.append(indent + "ck_wait(team, thread, threads);") }
        if inLoop > 0 {
          inLoop -= 1
          if inLoop == 0 { lines.append("  }") }
        }
      }
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  private func call(
    _ call: KernelCall, step: Int, inLoop: Bool
  ) throws(EmissionError) -> [String] {
    let descriptor = try KernelText.descriptor(of: call)
    let isPointwise = call.kernel == KernelText.pointwise
    let share = hasThreads && isPointwise && !inLoop
    let operands = call.operands.enumerated().map { i, operand in
      let access = descriptor.operand(i, integers: call.integers).access
      let pointer = pointer(to: operand, isRead: access == .read, inLoop: inLoop)
      let stride = share ? call.integers[4 + i] : 0
      return stride == 0 ? pointer : "\(pointer) + rows.first * \(stride)"
    }
    if isPointwise {
      let count = inLoop ? "1" : share ? "(int)(rows.end - rows.first)" : "steps"
      let alone = hasThreads && inLoop ? "if (thread == 0) " : ""
      return Self.lines("\(alone)\(pointwiseName(step))(", [count] + operands)
    }
    let sizes = zip(descriptor.integerNames, call.integers).map { "/* \($0) */ \($1)" }
    let turn = inLoop ? "(turn + t) & 1" : "turn"
    let team = hasThreads ? ["thread", "threads", "team"] : ["0", "1", "NULL"]
    let arguments = [inLoop ? "1" : "steps", turn] + team + sizes + operands
    return Self.lines("K(\(call.kernel))(", arguments)
  }

  /// A call, its arguments broken into lines.
  private static func lines(_ head: String, _ arguments: [String]) -> [String] {
    var (lines, line) = ([String](), head)
    for (i, argument) in arguments.enumerated() {
      let end = i + 1 == arguments.count ? ");" : ","
      if line.count + argument.count + 2 > 92 && line != head {
        lines.append(line)
        line = "   "
      }
      line += (line == head ? "" : " ") + argument + end
    }
    return lines + [line]
  }

  private static func element(_ type: ElementType) -> String { type == .i32 ? "int32_t" : "float" }

  /// The address of an operand's first row.
  private func pointer(to operand: Operand, isRead: Bool, inLoop: Bool) -> String {
    guard let index = operand.buffer else { return "NULL" }
    let buffer = plan.buffers[index]
    let type = (isRead ? "const " : "") + Self.element(buffer.element) + " *"
    let base =
      switch buffer.storage {
      case .weight: weights.pointer(to: index)
      case .state(let offset): "(\(type))(state + \(InterfaceEmitter.headerBytes + offset))"
      case .scratch(let offset): "(\(type))(scratch + \(offset))"
      case .input(let i): "in\(i)"
      case .output(let i): "out\(i)"
      }
    let row = inLoop && buffer.perStep ? " + (size_t)t * \(buffer.width)" : ""
    return base + row + (operand.offset == 0 ? "" : " + \(operand.offset)")
  }
}
