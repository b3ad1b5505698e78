import CKernels

/// One row of `isa.def`: an instruction set with a vector layer of its own.
///
/// Every row exists on every build, as data, so that plans for other machines can be made; only
/// `runsHere` depends on the build and the CPU.
package struct ISA: Hashable, Sendable {
  /// Position in `all`, the order of preference.
  package let index: Int
  /// As in plans and kernel names: `avx2`.
  package let name: String
  /// The `--target` that selects it: `x86-64-v3`.
  package let target: String
  /// CPU features that it needs, as compilers spell them.
  package let features: [String]
  /// f32 lanes of one vector.
  package let lanes: Int
  /// Its vector layer, paths of `KernelSource` in order.
  package let sources: [String]
  /// Whether products of bf16 pairs have an instruction, for which inputs are rounded to bf16 too.
  package var roundsInputs: Bool { features.contains("avx512bf16") }

  /// Best first.
  package static let all: [ISA] = (0..<ck_isa_count()).map { ISA(row: $0) }

  private init(row: Int32) {
    let isa = ck_isa_at(row).pointee
    index = Int(row)
    name = String(cString: isa.name)
    target = String(cString: isa.target)
    features = String(cString: isa.features).split(separator: ",").map(String.init)
    lanes = Int(isa.lanes)
    sources = String(cString: isa.source).split(separator: " ").map(String.init)
  }

  package static func named(_ name: String) -> ISA? {
    all.first { $0.name == name }
  }

  /// Whether this build has its kernels and this CPU its features.
  package var runsHere: Bool { ck_isa_runs_here(Int32(index)) != 0 }

  /// The best one that runs here, or the one that the environment variable `RNNC_ISA` names: nil
  /// when that one is unknown or cannot run here.
  package static var preferred: ISA? {
    let index = ck_isa_preferred()
    return index < 0 ? nil : all[Int(index)]
  }
}
