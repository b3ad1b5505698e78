import Tensors

/// A plan as text: ports, buffers with their places, states, and the list of calls. The weights'
/// bytes are left out. `PlanParser` reads it back.
///
///     plan "kws" isa avx2 tile 64 rate 100.0
///     memory state 128 scratch 1024 weights 4096
///     threads step 1 sequence 2
///     wavefront rows 8
///
///     input "frame" f32[40]
///     output "prob" f32[3] labels ["zero", "one", "two"]
///
///     %0 = weight @0 f32[1024] "rnn.weight_ih_l0"
///     %1 = input 0 f32[tile, 40] "frame"
///     ...
///     state "rnn.h_l0" = %4 from %5
///
///     project_f32(rows=128, columns=40; w=%0, x=%1, bias=-, y=%2+64)  // rnn, input
///     stage
///     loop 2
///       copy_f32(...)
package struct PlanPrinter {
  /// Words for a call's integers and operands, by position; a position without a word shows its value
  /// alone.
  package struct CallNames: Sendable {
    package var integers: [String]
    package var operands: [String]

    package init(integers: [String], operands: [String]) {
      self.integers = integers
      self.operands = operands
    }
  }

  private let names: (KernelCall) -> CallNames?

  /// `names`: what the kernels' registry calls things, or nil for a kernel that it does not know.
  package init(names: @escaping (KernelCall) -> CallNames? = { _ in nil }) {
    self.names = names
  }

  /// Ends with a newline.
  package func text(of plan: Plan) -> String {
    let rate = plan.rate.map { " rate \($0)" } ?? ""
    var parts = [
      [
        "plan \(Self.quoted(plan.name)) isa \(plan.isa) tile \(plan.tile)\(rate)",
        "memory state \(plan.stateByteCount) scratch \(plan.scratchByteCount) "
          + "weights \(plan.weights.count)",
        "threads step \(plan.stepThreads) sequence \(plan.sequenceThreads)",
      ] + (plan.wavefront.map { ["wavefront rows \($0.rows)"] } ?? [])
    ]
    parts.append(
      plan.inputs.map { "input \(line(of: $0))" } + plan.outputs.map { "output \(line(of: $0))" })
    parts.append(plan.buffers.indices.map { "%\($0) = \(line(of: plan.buffers[$0]))" })
    parts.append(plan.states.map(line))
    parts.append(lines(of: plan))
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }
      .joined(separator: "\n")
  }

  private func line(of port: Port) -> String {
    let shape = port.shape.map(String.init).joined(separator: ", ")
    var line = "\(Self.quoted(port.name)) \(port.element)[\(shape)]"
    if port.declared != port.element { line += " declared \(port.declared)" }
    if !port.labels.isEmpty {
      line += " labels [\(port.labels.map(Self.quoted).joined(separator: ", "))]"
    }
    return line
  }

  private func line(of buffer: Buffer) -> String {
    let place =
      switch buffer.storage {
      case .weight(let offset): "weight @\(offset)"
      case .state(let offset): "state @\(offset)"
      case .scratch(let offset): "scratch @\(offset)"
      case .input(let port): "input \(port)"
      case .output(let port): "output \(port)"
      }
    let rows = buffer.perStep ? "tile, " : ""
    return "\(place) \(buffer.element)[\(rows)\(buffer.width)] \(Self.quoted(buffer.name))"
  }

  private func line(of state: StatePort) -> String {
    let initial = state.initial.map { " from %\($0)" } ?? ""
    return "state \(Self.quoted(state.name)) = %\(state.buffer)\(initial)"
  }

  private func lines(of plan: Plan) -> [String] {
    var body = 0
    return plan.steps.enumerated().flatMap { index, step in
      let mark = plan.wavefront?.starts.contains(index) == true ? ["stage"] : []
      switch step {
      case .loop(let count):
        body = count
        return mark + ["loop \(count)"]
      case .call(let call):
        defer { body -= 1 }
        return mark + [(body > 0 ? "  " : "") + line(of: call)]
      }
    }
  }

  private func line(of call: KernelCall) -> String {
    let names = names(call)
    let integers = call.integers.enumerated().map {
      Self.named(names?.integers, $0, "\($1)")
    }
    let operands = call.operands.enumerated().map { index, operand in
      let offset = operand.offset == 0 ? "" : "+\(operand.offset)"
      return Self.named(names?.operands, index, operand.buffer.map { "%\($0)\(offset)" } ?? "-")
    }
    let arguments = integers.joined(separator: ", ") + "; " + operands.joined(separator: ", ")
    let comment = call.comment.isEmpty ? "" : "  // \(Self.escaped(call.comment))"
    return "\(call.kernel)(\(arguments))\(comment)"
  }

  private static func named(_ names: [String]?, _ index: Int, _ value: String) -> String {
    guard let names, names.indices.contains(index) else { return value }
    return "\(names[index])=\(value)"
  }

  private static func quoted(_ string: String) -> String { "\"\(escaped(string))\"" }

  /// Quotes, backslashes and control characters as `\u{hex}`, so that text stays on its line.
  private static func escaped(_ string: String) -> String {
    var result = ""
    for scalar in string.unicodeScalars {
      if scalar.value < 0x20 || scalar.value == 0x7f || scalar == "\"" || scalar == "\\" {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
