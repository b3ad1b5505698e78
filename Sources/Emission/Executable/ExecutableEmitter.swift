import Kernels
import Plan

/// The `main` of a model as a program of its own: frames from stdin, results to stdout. Its C uses
/// POSIX and the model's interface; all memory but that of results that wait for npy's header is
/// static.
package struct ExecutableEmitter {
  /// The same model for different instruction sets.
  let plans: [Plan]
  let prefix: String
  /// Whether there is `<prefix>_run_threads`.
  let hasThreads: Bool

  package init(_ plans: [Plan], prefix: String, hasThreads: Bool = false) {
    self.plans = plans
    self.prefix = CText.identifier(prefix)
    self.hasThreads = hasThreads
  }

  private var plan: Plan { plans[0] }

  package func source() -> String {
    [opening(), Self.inputText, Self.frameText, modelCall(), processorCheck(), Self.mainText]
      .joined(separator: "\n").replacing("@P@", with: prefix)
  }

  private func opening() -> String {
    """
    /* \(CText.comment(plan.name)) as a program: frames from stdin, results to stdout. POSIX. */
    #define _POSIX_C_SOURCE 200809L
    #include "\(prefix).h"
    #include <errno.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>

    /* ---- the model ---- */

    typedef struct {
      const char *name;
      size_t width, start; /* numbers of a step, and of the inputs or outputs before it */
      size_t rank, shape[\(max(1, ranks.max() ?? 1))];
      const char *axes; /* the shape as it follows the steps: ", 3, 4" */
      int is_integer;
      int32_t limit; /* of an index: what it must be below */
    } port;

    static const port inputs[] = {
    \(table(plan.inputs, limits: plan.indexLimits()))
    };
    static const port outputs[] = {
    \(table(plan.outputs, limits: []))
    };
    enum { INPUTS = \(plan.inputs.count), IN_WIDTH = \(inputWidth) };
    enum { OUTPUTS = \(plan.outputs.count), OUT_WIDTH = \(outputWidth) };
    enum { STATE_BYTES = \(InterfaceEmitter.stateBytes(plan)) };
    enum { SCRATCH_BYTES = \(plans.map(InterfaceEmitter.scratchBytes).max()!) };
    enum { ROOM = \(max(1 << 16, 8 * inputWidth)) }; /* for frames and headers as they arrive */
    #define SAMPLE_RATE \(sampleRate)
    enum { MAX_THREADS = \(hasThreads ? 256 : 1) };
    static int threads = 1;
    static const char *program = \(CText.string(prefix));
    static const char help_text[] =
    \(helpText().map { "    " + CText.string($0 + "\n") }.joined(separator: "\n"));

    """
  }

  private var ranks: [Int] { (plan.inputs + plan.outputs).map(\.shape.count) }
  private var inputWidth: Int { plan.inputs.reduce(0) { $0 + $1.width } }
  private var outputWidth: Int { plan.outputs.reduce(0) { $0 + $1.width } }

  /// Samples per second that a WAV must have; 0: any.
  private var sampleRate: String {
    "\((plan.rate ?? 0) * Double(plan.inputs.first?.width ?? 0))"
  }

  private func table(_ ports: [Port], limits: [Int?]) -> String {
    var start = 0
    return ports.enumerated().map { i, port in
      defer { start += port.width }
      let shape = port.shape.map(String.init).joined(separator: ", ")
      let axes = port.shape.map { ", \($0)" }.joined()
      let limit = limits.indices.contains(i) ? limits[i] ?? 0 : 0
      return "    {\(CText.string(port.name)), \(port.width), \(start), \(port.shape.count), "
        + "{\(shape.isEmpty ? "0" : shape)}, \(CText.string(axes)), "
        + "\(port.element == .i32 ? 1 : 0), \(min(limit, Int(Int32.max)))},"
    }.joined(separator: "\n")
  }

  // MARK: Help

  private func helpText() -> [String] {
    let rate = plan.rate.map { ["\($0.isWhole ? "\(Int($0))" : "\($0)") steps per second"] } ?? []
    return [
      "\(plan.name): a model compiled by rnnc. Reads frames from stdin, a step each, and writes",
      "their results to stdout, each as soon as its frame is there.", "",
    ]
      + plan.inputs.map { "  in   " + describe($0) } + plan.outputs.map { "  out  " + describe($0) }
      + rate.map { "  rate " + $0 }
      + [
        "",
        "  --in FMT     f32 (little endian, no header; int32 for an index), npy or wav;",
        "               otherwise the first bytes tell",
        "  --out FMT    f32 or npy; otherwise npy for npy, else f32",
        "  --pad zero   fill up a short last frame instead of refusing it",
      ] + (hasThreads ? ["  -t N         threads for many frames at once (default 1)"] : []) + [
        "  --version    print the version of the compiler",
        "",
        "Several inputs or outputs follow each other in every frame, as f32 only. npy holds [steps]",
        "and the shape of a step, or [sequences, steps] and it: every sequence starts anew. npy for",
        "other input is written at the end, since its header counts the steps.",
        "Exit codes: 0 done, 64 wrong words, 65 wrong input, 69 not on this processor, 74 input or",
        "output error, 141 the reader went away.",
      ]
  }

  private func describe(_ port: Port) -> String {
    let shape = port.shape.map(String.init).joined(separator: ", ")
    let labels = port.labels.isEmpty ? "" : " (\(port.labels.joined(separator: ", ")))"
    return "\(port.name): \(port.element == .i32 ? "i32" : "f32") [\(shape)]\(labels)"
  }

  // MARK: Calls

  private func modelCall() -> String {
    func pointers(_ ports: [Port], _ memory: String, type: String) -> (String, String) {
      let items = ports.enumerated().map { i, port -> String in
        let start = ports[..<i].reduce(0) { $0 + $1.width }
        return "&\(memory)[BLOCK * \(start)].\(port.element == .i32 ? "index" : "value")"
      }
      if items.count == 1 { return ("", items[0]) }
      return (
        "  const \(type) all_\(memory) = {\(items.joined(separator: ", "))};\n", "&all_\(memory)"
      )
    }
    let (ins, input) = pointers(plan.inputs, "frames", type: "\(prefix)_inputs")
    let (outs, output) = pointers(plan.outputs, "results", type: "\(prefix)_outputs")
    let call =
      hasThreads
      ? "\(prefix)_run_threads(state, scratch, \(input), \(output), steps, threads)"
      : "\(prefix)_run(state, scratch, \(input), \(output), steps)"
    return """
      static void call_model(size_t steps) {
      \(ins)\(outs)  if (\(call) != 0)
          FAIL(UNAVAILABLE, "the model refuses to run");
      }

      """
  }

  /// What the kernels' instruction set needs, as the compilers' builtin spells it; of several sets
  /// `init` finds one. Processors without that builtin have one set in all.
  private func processorCheck() -> String {
    let isa = plans.count == 1 ? ISA.named(plan.isa) : nil
    let features = isa.map { $0.target.hasPrefix("x86") ? $0.features : [] } ?? []
    let tests = features.map { "__builtin_cpu_supports(\(CText.string($0)))" }
    return """
      static int runs_here(void) {
        return \(tests.isEmpty ? "1" : tests.joined(separator: " &&\n         "));
      }

      """
  }
}

extension Double {
  fileprivate var isWhole: Bool { self == rounded() && abs(self) < 1e15 }
}
