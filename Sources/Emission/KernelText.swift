import Kernels
import Plan

/// The text of the kernels that a plan calls, as the runtime was built from it.
struct KernelText {
  let plan: Plan

  static let pointwise = "pointwise_f32"

  /// The files that the plan's calls need, each once, between markers.
  func text() throws(EmissionError) -> String {
    guard let isa = ISA.named(plan.isa) else {
      throw EmissionError("the plan is for the unknown instruction set '\(plan.isa)'")
    }
    var paths = ["kernels/prelude-inl.h"] + isa.sources + ["kernels/activation-inl.h"]
    for call in plan.calls {
      if call.kernel == Self.pointwise { continue }
      for path in try Self.descriptor(of: call).sources where !paths.contains(path) {
        paths.append(path)
      }
    }
    var text = "/* ---- kernels: the text of the runtime's own ---- */\n#define KERNEL INLINE\n"
    text += try usedTemplates()
    for path in paths { text += try Self.source(path) + "\n" }
    return text + "/* ---- end of kernels ---- */\n"
  }

  /// What the plan's matrices need of the kernels' templates: compilers skip the rest, which would
  /// be most of their work.
  private func usedTemplates() throws(EmissionError) -> String {
    var used = UsedTemplates()
    for call in plan.calls where call.kernel != Self.pointwise {
      used.add(call, names: try Self.descriptor(of: call).integerNames)
    }
    return used.definitions
  }

  /// Closes the region that pins the rounding of every operation. It covers the plan too, since
  /// kernels are inlined there and code takes the options of the function it ends up in.
  static func end() throws(EmissionError) -> String { try source("isa/end-inl.h") }

  /// What the interface itself needs, where it stands apart from all plans.
  static func prelude() throws(EmissionError) -> String {
    try source("kernels/prelude-inl.h") + "\n" + end()
  }

  private static func source(_ path: String) throws(EmissionError) -> String {
    guard let text = KernelSource.text(path) else {
      throw EmissionError("the kernel text '\(path)' is missing from this build")
    }
    return text
  }

  static func descriptor(of call: KernelCall) throws(EmissionError) -> KernelDescriptor {
    guard let descriptor = KernelDescriptor.named(call.kernel) else {
      throw EmissionError("the plan calls the unknown kernel '\(call.kernel)'")
    }
    return descriptor
  }
}
