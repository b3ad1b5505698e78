import Kernels
import Plan

/// Several instruction sets in one program. Which one runs is found out by `init` and `load` and
/// stands in the state, so that a step only reads it: no lock, no memory of the library's own.
extension InterfaceEmitter {
  /// `body` of the plan that runs: a choice where there are several.
  func forEachPlan(
    _ indent: String, state: String = "state", _ body: (String) -> String
  ) -> String {
    if plans.count == 1 { return indent + body(prefix) }
    let word = "((const uint64_t *)(const void *)\(state))[\(Self.choiceWord)]"
    let cases = plans.enumerated().map { i, plan in
      "\(indent)case \(i): \(body(entry(plan))) break;"
    }
    return (["\(indent)switch (\(word)) {"] + cases + ["\(indent)}"]).joined(separator: "\n")
  }

  private func entry(_ plan: Plan) -> String { "\(prefix)_\(plan.isa)" }

  /// Finds the first plan that runs here, and leaves with an error where there is none.
  func chosen(_ indent: String) -> String {
    if plans.count == 1 { return "" }
    return """
      \(indent)const int choice = \(prefix)_choice();
      \(indent)if (choice < 0) return \(upper)_E_UNAVAILABLE;

      """
  }

  func stored(_ indent: String) -> String {
    plans.count == 1 ? "" : "\(indent)((uint64_t *)state)[\(Self.choiceWord)] = (uint64_t)choice;\n"
  }

  /// A state without a valid choice was not made by `init`.
  var validChoice: String {
    guard plans.count > 1 else { return "" }
    return
      "\n  if (((uint64_t *)state)[\(Self.choiceWord)] >= \(plans.count)) return \(upper)_E_STATE;"
  }

  /// The parts' functions, and the question to the processor.
  func choice() -> String {
    if plans.count == 1 { return "" }
    let parameters =
      "unsigned char *state, unsigned char *scratch, \(PlanEmitter.portParameters(plan)),\n"
      + "    int steps, int turn"
    let hidden = " __attribute__((visibility(\"hidden\")));\n"
    var text = "/* In sources of their own, one per instruction set. */\n"
    for plan in plans {
      let name = entry(plan)
      text += "void \(name)_start(unsigned char *state)" + hidden
      text += "void \(name)_tile(\(parameters))" + hidden
      if hasThreads {
        let team = "int thread, int threads, const ck_team *team"
        text += "void \(name)_share(\(parameters), \(team))" + hidden
      }
    }
    let tests = plans.enumerated().map { i, plan in
      let features = ISA.named(plan.isa)?.features ?? []
      let calls = features.map { "__builtin_cpu_supports(\(CText.string($0)))" }
      return calls.isEmpty
        ? "  return \(i); /* \(plan.isa) */"
        : "  if (\(calls.joined(separator: " &&\n      ")))\n    return \(i); /* \(plan.isa) */"
    }
    let last = ISA.named(plans.last!.isa)?.features.isEmpty ?? false ? "" : "\n  return -1;"
    return text + """

      /* The first one whose instructions this processor has; -1: none. */
      static int \(prefix)_choice(void) {
        __builtin_cpu_init();
      \(tests.joined(separator: "\n"))\(last)
      }


      """
  }
}
