import Kernels
import Plan

/// A plan as C: one source, its header, and the weights when they are too large for the source.
package struct EmittedC: Sendable {
  /// A further source of code for several instruction sets: `<prefix>_<name>.c`.
  package struct Part: Sendable {
    package var name: String
    package var source: String
  }

  package var source: String
  package var header: String
  /// One per instruction set where there are several; otherwise everything is in `source`.
  package var parts: [Part] = []
  /// Bytes for `<prefix>.weights`, included by the assembler; nil when the sources hold them.
  package var weights: [UInt8]?
}

/// Prints a plan as C that needs no runtime, from the same kernel text that the runtime was built
/// from, with the plan's literal sizes. Plans of one model for several instruction sets become one
/// program that chooses among them where it runs.
///
/// The text is GNU C99 for gcc and clang. It allocates nothing and calls nothing but memcpy, memset
/// and memcmp. On the same instruction set it gives the runtime's bits.
package struct CEmitter {
  let plans: [Plan]
  let prefix: String
  let version: String
  let placement: WeightsPlacement
  /// Whether `<prefix>_run_threads` is wanted.
  let hasThreads: Bool

  /// Weights up to this many bytes stand in the source as arrays; compilers take 0.65 s and 60 MB
  /// per megabyte of such text.
  package static let inlineWeightLimit = 64 << 10

  /// `plans` are of one model, for different instruction sets, the best one first.
  package init(
    _ plans: [Plan], prefix: String, version: String, weights: WeightsPlacement = .auto,
    hasThreads: Bool = false
  ) {
    precondition(!plans.isEmpty, "nothing to emit")
    self.plans = plans
    self.prefix = CText.identifier(prefix)
    self.version = version
    self.placement = weights
    self.hasThreads = hasThreads
  }

  package init(
    _ plan: Plan, prefix: String, version: String, weights: WeightsPlacement = .auto,
    hasThreads: Bool = false
  ) {
    self.init(
      [plan], prefix: prefix, version: version, weights: weights, hasThreads: hasThreads)
  }

  /// What `--prefix` defaults to.
  package static func defaultPrefix(_ modelName: String) -> String {
    CText.identifier(modelName)
  }

  package func emit() throws(EmissionError) -> EmittedC {
    let interface = try InterfaceEmitter(
      plans: plans, prefix: prefix, version: version, hasThreads: hasThreads)
    let weights = WeightsEmitter.all(of: plans, prefix: prefix, placement: placement)
    let bytes = weights.contains { !$0.isInline } ? WeightsEmitter.file(of: plans) : nil
    var emitted = EmittedC(source: "", header: interface.header(), weights: bytes)
    if plans.count == 1 {
      let part = PlanEmitter(weights: weights[0], entry: prefix, hasThreads: hasThreads)
      emitted.source = try [
        opening(plans[0]), weights[0].inclusion(), part.text(), interface.definitions(),
      ].joined(separator: "\n")
      return emitted
    }
    emitted.source = try [
      opening(), weights.first { !$0.isInline }?.inclusion() ?? "", KernelText.prelude(),
      interface.definitions(),
    ].joined(separator: "\n")
    for (plan, weights) in zip(plans, weights) {
      let part = PlanEmitter(
        weights: weights, entry: "\(prefix)_\(plan.isa)", hasThreads: hasThreads, isHidden: true)
      let source = try opening(plan) + "\n" + part.text()
      emitted.parts.append(EmittedC.Part(name: plan.isa, source: source))
    }
    return emitted
  }

  private func opening(_ plan: Plan) -> String {
    """
    /* \(CText.comment(plan.name)): emitted by rnnc \(version) for the instruction set '\(plan.isa)'.
     * GNU C99 for gcc and clang\(requirement(plan)).
     *
    \(StepCost(plan).comment) */
    #include "\(prefix).h"
    #include <string.h>

    """
  }

  private func opening() -> String {
    let names = plans.map(\.isa)
    let files = names.map { "\(prefix)_\($0).c" }.joined(separator: ", ")
    return """
      /* \(CText.comment(plans[0].name)): emitted by rnnc \(version) for several instruction sets: the
       * first one that the processor has, of \(names.joined(separator: ", ")). Compile it with
       * \(files). */
      #include "\(prefix).h"
      #include <string.h>

      """
  }

  private func requirement(_ plan: Plan) -> String {
    guard let isa = ISA.named(plan.isa), !isa.features.isEmpty else { return "" }
    return "; the processor needs " + isa.features.joined(separator: ", ")
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
