import Kernels
import Plan
import Tensors

/// A plan as C: one source, its header, and the weights when they are too large for the source.
package struct EmittedC: Sendable {
  package var source: String
  package var header: String
  /// Bytes for `<prefix>.weights`, included by the assembler; nil when the source holds them.
  package var weights: [UInt8]?
}

/// Prints a plan as C that needs no runtime, from the same kernel text that the runtime was built
/// from, with the plan's literal sizes.
///
/// The text is GNU C99 for gcc and clang. It allocates nothing and calls nothing but memcpy and
/// memset. On the same instruction set it gives the runtime's bits.
package struct CEmitter {
  let plan: Plan
  let prefix: String
  let version: String
  private let weights: WeightsEmitter

  /// Weights up to this many bytes stand in the source as arrays; compilers take 0.65 s and 60 MB
  /// per megabyte of such text.
  package static let inlineWeightLimit = 64 << 10

  package init(
    _ plan: Plan, prefix: String, version: String, weights: WeightsPlacement = .auto
  ) {
    self.plan = plan
    self.prefix = CText.identifier(prefix)
    self.version = version
    self.weights = WeightsEmitter(plan: plan, prefix: self.prefix, placement: weights)
  }

  /// What `--prefix` defaults to.
  package static func defaultPrefix(_ modelName: String) -> String {
    CText.identifier(modelName)
  }

  package func emit() throws(EmissionError) -> EmittedC {
    let interface = InterfaceEmitter(plan: plan, prefix: prefix, version: version, weights: weights)
    let source = try [
      opening(), kernelText(), weights.declarations(), pointwiseFunctions(), tileFunction(),
      kernelEnd(),
      interface.definitions(),
    ].joined(separator: "\n")
    return EmittedC(
      source: source,
      header: interface.header(),
      weights: weights.isInline ? nil : plan.weights)
  }

  private func opening() -> String {
    """
    /* \(CText.comment(plan.name)): emitted by rnnc \(version) for the instruction set '\(plan.isa)'.
     * GNU C99 for gcc and clang\(requirement).
     *
    \(StepCost(plan).comment) */
    #include "\(prefix).h"
    #include <string.h>

    """
  }

  private var requirement: String {
    guard let isa = ISA.named(plan.isa), !isa.features.isEmpty else { return "" }
    return "; compile with " + isa.features.map { "-m\($0)" }.joined(separator: " ")
  }

  // MARK: Kernels

  /// The files that the plan's calls need, each once, between markers.
  private func kernelText() throws(EmissionError) -> String {
    guard let isa = ISA.named(plan.isa) else {
      throw EmissionError("the plan is for the unknown instruction set '\(plan.isa)'")
    }
    var paths = ["kernels/prelude-inl.h"] + isa.sources + ["kernels/activation-inl.h"]
    for call in plan.calls {
      if call.kernel == Self.pointwise { continue }
      for path in try descriptor(of: call).sources where !paths.contains(path) {
        paths.append(path)
      }
    }
    var text = "/* ---- kernels: the text of the runtime's own ---- */\n#define KERNEL INLINE\n"
    text += try usedTemplates()
    for path in paths { text += try kernelSource(path) + "\n" }
    return text + "/* ---- end of kernels ---- */\n"
  }

  /// What the plan's matrices need of the kernels' templates: compilers skip the rest.
  private func usedTemplates() throws(EmissionError) -> String {
    var (vectors, interleave, abreast) = (0, 1, 0)
    for call in plan.calls where call.kernel != Self.pointwise {
      let names = try descriptor(of: call).integerNames
      func value(_ name: String) -> Int? {
        names.firstIndex(of: name).map { Int(call.integers[$0]) }
      }
      guard let walked = value("interleave") else { continue }
      interleave = max(interleave, walked)
      if value("abreast") ?? 1 > 1 { abreast = 1 }
      for count in [value("gates"), value("sub"), 1] { vectors |= 1 << (count ?? 1) }
    }
    return """
      #define CK_USED_VECTORS \(vectors)
      #define CK_USED_INTERLEAVE \(interleave)
      #define CK_USED_ABREAST \(abreast)

      """
  }

  /// Closes the region that pins the rounding of every operation. It covers the plan too, since
  /// kernels are inlined there and code takes the options of the function it ends up in.
  private func kernelEnd() throws(EmissionError) -> String { try kernelSource("isa/end-inl.h") }

  private func kernelSource(_ path: String) throws(EmissionError) -> String {
    guard let text = KernelSource.text(path) else {
      throw EmissionError("the kernel text '\(path)' is missing from this build")
    }
    return text
  }

  static let pointwise = "pointwise_f32"

  func descriptor(of call: KernelCall) throws(EmissionError) -> KernelDescriptor {
    guard let descriptor = KernelDescriptor.named(call.kernel) else {
      throw EmissionError("the plan calls the unknown kernel '\(call.kernel)'")
    }
    return descriptor
  }

  // MARK: The flat list

  private func pointwiseFunctions() throws(EmissionError) -> String {
    var functions: [String] = []
    for (i, step) in plan.steps.enumerated() {
      guard case .call(let call) = step, call.kernel == Self.pointwise else { continue }
      functions.append(
        try PointwiseEmitter(call: call, name: pointwiseName(i)).function())
    }
    return functions.joined(separator: "\n")
  }

  private func pointwiseName(_ step: Int) -> String { "\(prefix)_pointwise_\(step)" }

  /// One tile of at most `plan.tile` steps.
  private func tileFunction() throws(EmissionError) -> String {
    let ports =
      plan.inputs.indices.map { "const \(element(plan.inputs[$0].element)) *in\($0)" }
      + plan.outputs.indices.map { "\(element(plan.outputs[$0].element)) *out\($0)" }
    let unread = ["state", "scratch", "turn"] + plan.inputs.indices.map { "in\($0)" }
    var lines = [
      "/* ---- the plan: \(plan.calls.count) kernel calls ---- */",
      "static void \(prefix)_tile(unsigned char *state, unsigned char *scratch, "
        + "\(ports.joined(separator: ", ")), int steps, int turn) {",
      "  (void)\(unread.joined(separator: ", (void)"));",
    ]
    var inLoop = 0
    for (i, step) in plan.steps.enumerated() {
      switch step {
      case .loop(let count):
        inLoop = count
        lines.append("  for (int t = 0; t < steps; t++) {")
      case .call(let call):
        let indent = inLoop > 0 ? "    " : "  "
        lines.append("\(indent)/* \(CText.comment(call.comment)) */")
        lines.append(indent + (try self.call(call, step: i, inLoop: inLoop > 0)))
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
  ) throws(EmissionError) -> String {
    let descriptor = try descriptor(of: call)
    let steps = inLoop ? "1" : "steps"
    let operands = call.operands.enumerated().map { i, operand in
      let access = descriptor.operand(i, integers: call.integers).access
      return pointer(to: operand, isRead: access == .read, inLoop: inLoop)
    }
    if call.kernel == Self.pointwise {
      return "\(pointwiseName(step))(\(([steps] + operands).joined(separator: ", ")));"
    }
    let sizes = zip(descriptor.integerNames, call.integers).map { "/* \($0) */ \($1)" }
    let turn = inLoop ? "(turn + t) & 1" : "turn"
    let arguments = [steps, turn, "0", "1", "NULL"] + sizes + operands
    return "K(\(call.kernel))(\(arguments.joined(separator: ", ")));"
  }

  private func element(_ type: ElementType) -> String { type == .i32 ? "int32_t" : "float" }

  /// The address of an operand's first row.
  private func pointer(to operand: Operand, isRead: Bool, inLoop: Bool) -> String {
    guard let index = operand.buffer else { return "NULL" }
    let buffer = plan.buffers[index]
    let type = (isRead ? "const " : "") + element(buffer.element) + " *"
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

/// The plan cannot be printed: a plan from elsewhere, or a bug of ours.
package struct EmissionError: Error {
  package let message: String
  init(_ message: String) { self.message = message }
}

extension Plan {
  /// The kernel calls, without the loop marks.
  package var calls: [KernelCall] {
    steps.compactMap { if case .call(let call) = $0 { call } else { nil } }
  }
}
