import Plan

/// The functions that applications call, and their header. One prefix per model, so that several
/// models link into one program.
struct InterfaceEmitter {
  let plan: Plan
  let prefix: String
  let version: String
  let weights: WeightsEmitter

  /// A stream's memory starts with the words that `load` checks.
  static let headerBytes = 64
  /// The word of the header that counts steps since the last reset.
  static let stepsWord = 2

  private var upper: String { prefix.uppercased() }
  private var stateBytes: Int { Self.stateBytes(plan) }
  private var scratchBytes: Int { Self.scratchBytes(plan) }

  static func stateBytes(_ plan: Plan) -> Int { headerBytes + plan.stateByteCount }
  static func scratchBytes(_ plan: Plan) -> Int { max(plan.scratchByteCount, 64) }

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
    #ifndef \(upper)_H
    #define \(upper)_H
    #include <stddef.h>
    #include <stdint.h>
    #ifdef __cplusplus
    extern "C" {
    #endif

    enum {
      \(upper)_E_ARGUMENT = -1, /* NULL, misaligned or too small */
      \(upper)_E_STATE = -7     /* saved by another model */
    };

    \(portStructs())size_t \(prefix)_state_size(void);
    size_t \(prefix)_scratch_size(void);
    size_t \(prefix)_align(void);
    /* Includes reset. 0 or a negative \(upper)_E_... */
    int \(prefix)_init(void *state, size_t bytes);
    void \(prefix)_reset(void *state);
    int \(prefix)_step(void *state, void *scratch, \(inputParameter), \(outputParameter));
    int \(prefix)_run(void *state, void *scratch, \(inputParameter), \(outputParameter),
        size_t steps);
    int \(prefix)_save(const void *state, void *out, size_t bytes);
    int \(prefix)_load(void *state, const void *in, size_t bytes);
    const char *\(prefix)_version(void);

    #ifdef __cplusplus
    }
    #endif
    #endif

    """
  }

  private func shapes() -> String {
    let lines =
      plan.inputs.map { " * in   \($0.name): \(ctype($0)) [\($0.width)] per step" }
      + plan.outputs.map { " * out  \($0.name): \(ctype($0)) [\($0.width)] per step" }
      + plan.states.map { " * state \($0.name): float [\(plan.buffers[$0.buffer].width)]" }
    return lines.map { CText.comment($0) }.joined(separator: "\n")
  }

  private func ctype(_ port: Port) -> String { port.element == .i32 ? "int32_t" : "float" }

  private var inputParameter: String {
    plan.inputs.count == 1
      ? "const \(ctype(plan.inputs[0])) *in" : "const \(prefix)_inputs *in"
  }

  private var outputParameter: String {
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

  /// The port's name as a field; its place is added where two names would be the same.
  private func field(_ port: Port, _ index: Int, of ports: [Port]) -> String {
    let name = "p_" + CText.identifier(port.name)
    let twins = ports.filter { "p_" + CText.identifier($0.name) == name }
    return twins.count > 1 ? "\(name)_\(index)" : name
  }

  // MARK: Definitions

  func definitions() -> String {
    """
    /* ---- interface ---- */
    static const uint64_t \(prefix)_identity[2] = {0x\(String(identity, radix: 16))u, \(stateBytes)u};

    size_t \(prefix)_state_size(void) { return \(stateBytes); }
    size_t \(prefix)_scratch_size(void) { return \(scratchBytes); }
    size_t \(prefix)_align(void) { return 64; }
    const char *\(prefix)_version(void) { return \(CText.string("rnnc \(version)")); }

    static int \(prefix)_usable(const void *p) { return p != NULL && ((uintptr_t)p & 63) == 0; }

    int \(prefix)_init(void *state, size_t bytes) {
      if (!\(prefix)_usable(state) || bytes < \(stateBytes)) return \(upper)_E_ARGUMENT;
      memset(state, 0, \(stateBytes));
      memcpy(state, \(prefix)_identity, sizeof \(prefix)_identity);
      \(prefix)_reset(state);
      return 0;
    }

    void \(prefix)_reset(void *state) {
      unsigned char *s = (unsigned char *)state + \(Self.headerBytes);
      (void)s;
      ((uint64_t *)state)[\(Self.stepsWord)] = 0;
    \(resets())
    }

    int \(prefix)_run(void *state, void *scratch, \(inputParameter), \(outputParameter),
        size_t steps) {
      if (!\(prefix)_usable(state) || !\(prefix)_usable(scratch)) return \(upper)_E_ARGUMENT;
      if (in == NULL || out == NULL) return \(upper)_E_ARGUMENT;
    \(portPointers())
      uint64_t *taken = (uint64_t *)state + \(Self.stepsWord);
      const uint64_t mode = ck_flush_subnormals();
      while (steps > 0) {
        const int rows = steps < \(plan.tile) ? (int)steps : \(plan.tile);
        const int turn = (int)(*taken & 1);
        \(prefix)_tile((unsigned char *)state, (unsigned char *)scratch, \(portNames), rows, turn);
    \(portAdvances())
        steps -= (size_t)rows;
        *taken += (uint64_t)rows;
      }
      ck_restore_mode(mode);
      return 0;
    }

    int \(prefix)_step(void *state, void *scratch, \(inputParameter), \(outputParameter)) {
      return \(prefix)_run(state, scratch, in, out, 1);
    }

    int \(prefix)_save(const void *state, void *out, size_t bytes) {
      if (!\(prefix)_usable(state) || out == NULL || bytes < \(stateBytes)) return \(upper)_E_ARGUMENT;
      memcpy(out, state, \(stateBytes));
      return 0;
    }

    int \(prefix)_load(void *state, const void *in, size_t bytes) {
      if (!\(prefix)_usable(state) || in == NULL || bytes < \(stateBytes)) return \(upper)_E_ARGUMENT;
      if (memcmp(in, \(prefix)_identity, sizeof \(prefix)_identity) != 0) return \(upper)_E_STATE;
      memcpy(state, in, \(stateBytes));
      return 0;
    }

    """
  }

  /// FNV-1a over the plan's weights and name: a state belongs to one program.
  private var identity: UInt64 {
    (Array(plan.name.utf8) + plan.weights).reduce(0xcbf2_9ce4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
  }

  private func resets() -> String {
    let lines = plan.buffers.enumerated().compactMap { i, buffer -> String? in
      guard case .state(let offset) = buffer.storage, buffer.width > 0 else { return nil }
      let bytes = buffer.width * 4
      let start = plan.states.first { $0.buffer == i }?.initial
      let text =
        start.map { "memcpy(s + \(offset), \(weights.pointer(to: $0)), \(bytes));" }
        ?? "memset(s + \(offset), 0, \(bytes));"
      return "  \(text) /* \(CText.comment(buffer.name)) */"
    }
    return lines.joined(separator: "\n")
  }

  private func portPointers() -> String {
    let inputs = plan.inputs.enumerated().map { i, port in
      let source = plan.inputs.count == 1 ? "in" : "in->\(field(port, i, of: plan.inputs))"
      return "  const \(ctype(port)) *in\(i) = \(source);"
    }
    let outputs = plan.outputs.enumerated().map { i, port in
      let source = plan.outputs.count == 1 ? "out" : "out->\(field(port, i, of: plan.outputs))"
      return "  \(ctype(port)) *out\(i) = \(source);"
    }
    let checks = (plan.inputs.indices.map { "in\($0)" } + plan.outputs.indices.map { "out\($0)" })
      .map { "\($0) == NULL" }.joined(separator: " || ")
    return (inputs + outputs + ["  if (\(checks)) return \(upper)_E_ARGUMENT;"])
      .joined(separator: "\n")
  }

  private var portNames: String {
    (plan.inputs.indices.map { "in\($0)" } + plan.outputs.indices.map { "out\($0)" })
      .joined(separator: ", ")
  }

  private func portAdvances() -> String {
    let inputs = plan.inputs.enumerated().map { "    in\($0) += (size_t)rows * \($1.width);" }
    let outputs = plan.outputs.enumerated().map { "    out\($0) += (size_t)rows * \($1.width);" }
    return (inputs + outputs).joined(separator: "\n")
  }
}
