import Kernels

/// What `--target` names: an instruction set of the kernels on a kind of processor.
package struct Target: Sendable, Hashable {
  /// As on the command line: `armv8.2-a+dotprod`.
  package let word: String
  package let isa: ISA
  /// nil: whatever the machine is.
  package let architecture: Architecture?
  /// What compilers are told about the processor. Kernels bring their own instruction set; these
  /// let the compiler use the rest.
  package let flags: [String]

  private init(_ word: String, _ isa: String, _ architecture: Architecture?, _ flags: [String] = [])
  {
    self.init(word: word, isa: ISA.named(isa)!, architecture: architecture, flags: flags)
  }

  /// Best first, the rows of `isa.def` once at least each.
  ///
  /// Kernels have no integer products yet, so `armv8.2-a+dotprod` differs from `armv8-a` only in
  /// what the compiler may use. 64-bit RISC-V takes the vectors of GNU C, which compilers turn into
  /// `v` instructions where the target has them (clang 16 and newer) and into scalar ones otherwise.
  package static let all: [Target] = [
    Target("x86-64-v4+bf16", "avx512bf16", .x86, ["-march=x86-64-v4", "-mavx512bf16"]),
    Target("x86-64-v4", "avx512", .x86, ["-march=x86-64-v4"]),
    Target("x86-64-v3", "avx2", .x86, ["-march=x86-64-v3"]),
    Target("x86-64-v2", "generic16", .x86, ["-march=x86-64-v2"]),
    Target("armv8-a", "neon", .arm64, ["-march=armv8-a"]),
    Target("armv8.2-a+dotprod", "neon", .arm64, ["-march=armv8.2-a+dotprod"]),
    Target("armv7-a+vfpv4", "neon32", .arm32, ["-march=armv7-a", "-mfpu=neon-vfpv4"]),
    Target("rv64gcv", "generic16", .riscv, ["-march=rv64gcv", "-mabi=lp64d"]),
    Target("riscv64", "scalar", .riscv, ["-march=rv64gc", "-mabi=lp64d"]),
    Target("generic", "scalar", nil),
  ]

  package static func named(_ word: String) -> Target? { all.first { $0.word == word } }

  /// What `host` means for an instruction set that was chosen here, or is in a plan.
  package static func of(_ isa: ISA) -> Target {
    let rows = all.filter { $0.isa == isa }
    return rows.first { $0.architecture == .host } ?? rows.first { $0.architecture == nil }
      ?? rows[0]
  }

  /// The processors that it is compiled for.
  package var machine: Architecture { architecture ?? .host }

  /// What a processor must have, in words.
  package var needs: String {
    let features = isa.features.isEmpty ? "" : " with \(isa.features.joined(separator: ", "))"
    return machine.name + features
  }

  /// What is compiled of each of several targets in one program beside its kernels' own instruction
  /// set: nothing, for all of it but the kernels must run everywhere.
  package var shared: Target { Target(word: word, isa: isa, architecture: architecture, flags: []) }

  private init(word: String, isa: ISA, architecture: Architecture?, flags: [String]) {
    (self.word, self.isa, self.architecture, self.flags) = (word, isa, architecture, flags)
  }

  /// Whether one program can choose between them where it runs: all have instruction sets of their
  /// own, and the processor can be asked for them.
  package static func canJoin(_ targets: [Target]) -> Bool {
    Set(targets.map(\.isa)).count == targets.count
      && (targets.count == 1 || targets.allSatisfy { $0.machine == .x86 })
  }
}
