import Plan

/// The functions that applications call, and their header. One prefix per model, so that several
/// models link into one program.
struct InterfaceEmitter {
  /// The same model for different instruction sets.
  let plans: [Plan]
  let prefix: String
  let version: String
  let hasThreads: Bool

  /// Inputs and outputs, which are those of all.
  var plan: Plan { plans[0] }

  /// A stream's memory starts with the words that `load` checks.
  static let headerBytes = 64
  /// The word of the header that counts steps since the last reset.
  static let stepsWord = 2
  /// The word that says which plan runs the stream, where there are several.
  static let choiceWord = 3

  var upper: String { prefix.uppercased() }
  var stateBytes: Int { Self.stateBytes(plan) }
  var scratchBytes: Int { plans.map(Self.scratchBytes).max()! }
  var tile: Int { plans.map(\.tile).min()! }

  static func stateBytes(_ plan: Plan) -> Int { headerBytes + plan.stateByteCount }
  static func scratchBytes(_ plan: Plan) -> Int { max(plan.scratchByteCount, 64) }

  /// Throws when the plans cannot share states: a bug of ours, for packing changes weights only.
  init(plans: [Plan], prefix: String, version: String, hasThreads: Bool) throws(EmissionError) {
    self.plans = plans
    self.prefix = prefix
    self.version = version
    self.hasThreads = hasThreads
    for other in plans where !Self.haveSameStates(plans[0], other) {
      throw EmissionError("the plans for '\(plans[0].isa)' and '\(other.isa)' differ in states")
    }
  }

  private static func haveSameStates(_ a: Plan, _ b: Plan) -> Bool {
    func places(_ plan: Plan) -> [[Int]] {
      plan.buffers.compactMap { buffer in
        if case .state(let offset) = buffer.storage { [offset, buffer.width] } else { nil }
      }
    }
    return a.stateByteCount == b.stateByteCount && places(a) == places(b)
      && a.inputs == b.inputs && a.outputs == b.outputs
  }

  // MARK: Header

  func header() -> String {
    """
    /* \(CText.comment(plan.name)), emitted by rnnc \(version).
     *
    \(shapes())
     *
     * All memory is the caller's: a state per stream (\(stateBytes) bytes) and scratch memory per
     * call in flight (\(scratchBytes) bytes), both aligned to 64 bytes. Nothing here
     * allocates, locks, or calls the system. */
    #ifndef RNNC_\(prefix)_H
    #define RNNC_\(prefix)_H
    #include <stddef.h>
    #include <stdint.h>
    #ifdef __cplusplus
    extern "C" {
    #endif

    #ifndef \(upper)_ERRORS /* another prefix may differ in case alone */
    #define \(upper)_ERRORS
    enum {
      \(upper)_E_ARGUMENT = -1,    /* NULL, misaligned or too small */
      \(upper)_E_UNAVAILABLE = -5, /* the processor has none of the instruction sets */
      \(upper)_E_STATE = -7        /* of another model */
    };
    #endif

    \(portStructs())size_t \(prefix)_state_size(void);
    size_t \(prefix)_scratch_size(void);
    size_t \(prefix)_align(void);
    /* Includes reset. 0 or a negative \(upper)_E_... */
    int \(prefix)_init(void *state, size_t bytes);
    void \(prefix)_reset(void *state);
    int \(prefix)_step(void *state, void *scratch, \(inputParameter), \(outputParameter));
    int \(prefix)_run(void *state, void *scratch, \(inputParameter), \(outputParameter),
        size_t steps);
    \(threadsPrototype)int \(prefix)_save(const void *state, void *out, size_t bytes);
    int \(prefix)_load(void *state, const void *in, size_t bytes);
    const char *\(prefix)_version(void);

    #ifdef __cplusplus
    }
    #endif
    #endif

    """
  }

  private var threadsPrototype: String {
    guard hasThreads else { return "" }
    return """
      /* The same by up to `threads` threads of OpenMP, which give the same bits: one where the source
       * was compiled without it. */
      int \(prefix)_run_threads(void *state, void *scratch, \(inputParameter),
          \(outputParameter), size_t steps, int threads);

      """
  }

  private func shapes() -> String {
    let lines =
      plan.inputs.map { " * in   \($0.name): \(ctype($0)) [\($0.width)] per step" }
      + plan.outputs.map { " * out  \($0.name): \(ctype($0)) [\($0.width)] per step" }
      + plan.states.map { " * state \($0.name): float [\(plan.buffers[$0.buffer].width)]" }
    return lines.map { CText.comment($0) }.joined(separator: "\n")
  }

  func ctype(_ port: Port) -> String { port.element == .i32 ? "int32_t" : "float" }

  var inputParameter: String {
    plan.inputs.count == 1
      ? "const \(ctype(plan.inputs[0])) *in" : "const \(prefix)_inputs *in"
  }

  var outputParameter: String {
    plan.outputs.count == 1 ? "\(ctype(plan.outputs[0])) *out" : "const \(prefix)_outputs *out"
  }

  private func portStructs() -> String {
    var text = ""
    if plan.inputs.count > 1 {
      let fields = plan.inputs.enumerated().map {
        "  const \(ctype($1)) *\(field($1, $0, of: plan.inputs));"
      }
      text +=
        "typedef struct \(prefix)_inputs {\n\(fields.joined(separator: "\n"))\n"
        + "} \(prefix)_inputs;\n\n"
    }
    if plan.outputs.count > 1 {
      let fields = plan.outputs.enumerated().map {
        "  \(ctype($1)) *\(field($1, $0, of: plan.outputs));"
      }
      text +=
        "typedef struct \(prefix)_outputs {\n\(fields.joined(separator: "\n"))\n"
        + "} \(prefix)_outputs;\n\n"
    }
    return text
  }

  /// The port's name as a field; its place is added where two names would be the same, to all of
  /// them where that makes others the same.
  func field(_ port: Port, _ index: Int, of ports: [Port]) -> String {
    let plain = ports.map { "p_" + CText.identifier($0.name) }
    let told = plain.enumerated().map { i, name in
      plain.count { $0 == name } > 1 ? "\(name)_\(i)" : name
    }
    return Set(told).count == told.count ? told[index] : "p\(index)_\(plain[index].dropFirst(2))"
  }
}
