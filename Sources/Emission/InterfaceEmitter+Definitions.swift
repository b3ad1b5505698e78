import Plan

extension InterfaceEmitter {
  /// Bodies of what the header declares.
  func definitions() -> String {
    """
    /* ---- interface ---- */
    static const uint64_t \(prefix)_identity[2] = {0x\(String(identity, radix: 16))u, \(stateBytes)u};

    size_t \(prefix)_state_size(void) { return \(stateBytes); }
    size_t \(prefix)_scratch_size(void) { return \(scratchBytes); }
    size_t \(prefix)_align(void) { return 64; }
    const char *\(prefix)_version(void) { return \(CText.string("rnnc \(version)")); }

    static int \(prefix)_usable(const void *p) { return p != NULL && ((uintptr_t)p & 63) == 0; }

    \(choice())\
    int \(prefix)_init(void *state, size_t bytes) {
      if (!\(prefix)_usable(state) || bytes < \(stateBytes)) return \(upper)_E_ARGUMENT;
    \(chosen("  "))\
      memset(state, 0, \(stateBytes));
      memcpy(state, \(prefix)_identity, sizeof \(prefix)_identity);
    \(stored("  "))\
      \(prefix)_reset(state);
      return 0;
    }

    void \(prefix)_reset(void *state) {
      ((uint64_t *)state)[\(Self.stepsWord)] = 0;
    \(forEachPlan("  ") { "\($0)_start((unsigned char *)state);" })
    }

    \(advance())
    int \(prefix)_run(void *state, void *scratch, \(inputParameter), \(outputParameter),
        size_t steps) {
      return \(prefix)_advance(state, scratch, in, out, steps);
    }

    int \(prefix)_step(void *state, void *scratch, \(inputParameter), \(outputParameter)) {
      return \(prefix)_advance(state, scratch, in, out, 1);
    }

    \(hasThreads ? threadedRun() + "\n" : "")\
    int \(prefix)_save(const void *state, void *out, size_t bytes) {
      if (!\(prefix)_usable(state) || out == NULL || bytes < \(stateBytes)) return \(upper)_E_ARGUMENT;
      memcpy(out, state, \(stateBytes));
      return 0;
    }

    int \(prefix)_load(void *state, const void *in, size_t bytes) {
      if (!\(prefix)_usable(state) || in == NULL || bytes < \(stateBytes)) return \(upper)_E_ARGUMENT;
      if (memcmp(in, \(prefix)_identity, sizeof \(prefix)_identity) != 0) return \(upper)_E_STATE;
    \(chosen("  "))\
      memcpy(state, in, \(stateBytes));
    \(stored("  "))\
      return 0;
    }

    """
  }

  /// FNV-1a over the first plan's weights and the model's name: a state belongs to one program.
  private var identity: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in plan.name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    plan.weights.withUnsafeBytes { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return hash
  }

  // MARK: A run

  /// Static, so that `step` is compiled with its one step.
  private func advance() -> String {
    """
    static inline int \(prefix)_advance(void *state, void *scratch, \(inputParameter),
        \(outputParameter), size_t steps) {
    \(checks())
      const uint64_t mode = ck_flush_subnormals();
      while (steps > 0) {
        const int rows = steps < \(tile) ? (int)steps : \(tile);
        const int turn = (int)(*taken & 1);
    \(forEachPlan("    ") { "\($0)_tile(memory, scratch, \(portNames), rows, turn);" })
    \(portAdvances("    "))
        steps -= (size_t)rows;
        *taken += (uint64_t)rows;
      }
      ck_restore_mode(mode);
      return 0;
    }

    """
  }

  /// Arguments in order, and pointers to the ports, the state and its count of steps.
  private func checks() -> String {
    """
      if (!\(prefix)_usable(state) || !\(prefix)_usable(scratch)) return \(upper)_E_ARGUMENT;
      if (in == NULL || out == NULL) return \(upper)_E_ARGUMENT;
    \(portPointers())
      unsigned char *memory = (unsigned char *)state;
      uint64_t *taken = (uint64_t *)state + \(Self.stepsWord);\(validChoice)
    """
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
    let several =
      (plan.inputs.count > 1 ? plan.inputs.indices.map { "in\($0)" } : [])
      + (plan.outputs.count > 1 ? plan.outputs.indices.map { "out\($0)" } : [])
    if several.isEmpty { return (inputs + outputs).joined(separator: "\n") }
    let checks = several.map { "\($0) == NULL" }.joined(separator: " || ")
    return (inputs + outputs + ["  if (\(checks)) return \(upper)_E_ARGUMENT;"])
      .joined(separator: "\n")
  }

  private var portNames: String { PlanEmitter.portNames(plan) }

  private func portAdvances(_ indent: String) -> String {
    let inputs = plan.inputs.enumerated().map { "in\($0) += (size_t)rows * \($1.width);" }
    let outputs = plan.outputs.enumerated().map { "out\($0) += (size_t)rows * \($1.width);" }
    return (inputs + outputs).map { indent + $0 }.joined(separator: "\n")
  }

  // MARK: Threads

  /// OpenMP stands outside the kernels' region: bodies of parallel regions do not inherit its target.
  private func threadedRun() -> String {
    let fields = PlanEmitter.portParameters(plan).replacing(",", with: ";")
    return """
      #ifdef _OPENMP
      extern int omp_get_thread_num(void);
      extern int omp_get_num_threads(void);

      typedef struct \(prefix)_job {
        unsigned char *memory;
        void *scratch;
        \(fields);
        size_t steps;
        uint64_t taken;
      } \(prefix)_job;

      static void \(prefix)_meet(void *context, int thread) {
        (void)context, (void)thread;
      #pragma omp barrier
      }

      /* One thread's part of a run. */
      static void \(prefix)_work(\(prefix)_job job, int thread, int threads) {
        const ck_team team = {\(prefix)_meet, NULL};
        const uint64_t mode = ck_flush_subnormals();
        while (job.steps > 0) {
          const int rows = job.steps < \(tile) ? (int)job.steps : \(tile);
          const int turn = (int)(job.taken & 1);
      \(forEachPlan("    ", state: "job.memory") { "\($0)_share(job.memory, job.scratch, \(jobPorts), rows, turn, thread, threads, &team);" })
      \(jobAdvances())
          job.steps -= (size_t)rows;
          job.taken += (uint64_t)rows;
        }
        ck_restore_mode(mode);
      }
      #endif

      int \(prefix)_run_threads(void *state, void *scratch, \(inputParameter),
          \(outputParameter), size_t steps, int threads) {
        if (threads < 1) return \(upper)_E_ARGUMENT;
      #ifdef _OPENMP
        if (threads > 1) {
      \(checks())
          const \(prefix)_job job = {memory, scratch, \(portNames), steps, *taken};
      #pragma omp parallel num_threads(threads)
          \(prefix)_work(job, omp_get_thread_num(), omp_get_num_threads());
          *taken += steps;
          return 0;
        }
      #endif
        return \(prefix)_advance(state, scratch, in, out, steps);
      }

      """
  }

  private var jobPorts: String {
    (plan.inputs.indices.map { "job.in\($0)" } + plan.outputs.indices.map { "job.out\($0)" })
      .joined(separator: ", ")
  }

  private func jobAdvances() -> String {
    portAdvances("    ").replacing("    in", with: "    job.in")
      .replacing("    out", with: "    job.out")
  }
}
