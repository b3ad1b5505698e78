/// A family of processors, and who compiles C for it.
package struct Architecture: Sendable, Hashable {
  /// As `uname -m` says it, and as compilers begin the machine that they name: `aarch64`.
  package let name: String
  /// What clang's `--target` takes; Debian's cross compilers are called `<triple>-gcc`.
  package let triple: String
  /// Debian packages that compile and link for it.
  package let packages: [String]

  private init(_ name: String, _ triple: String, _ packages: [String]) {
    (self.name, self.triple, self.packages) = (name, triple, packages)
  }

  package static let x86 = Architecture(
    "x86_64", "x86_64-linux-gnu", ["gcc-x86-64-linux-gnu", "libc6-dev-amd64-cross"])
  package static let arm64 = Architecture(
    "aarch64", "aarch64-linux-gnu", ["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"])
  package static let arm32 = Architecture(
    "arm", "arm-linux-gnueabihf", ["gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross"])
  package static let riscv = Architecture(
    "riscv64", "riscv64-linux-gnu", ["gcc-riscv64-linux-gnu", "libc6-dev-riscv64-cross"])

  /// This machine's.
  package static let host: Architecture = {
    #if arch(arm64)
      arm64
    #elseif arch(arm)
      arm32
    #elseif arch(riscv64)
      riscv
    #else
      x86
    #endif
  }()

  package var isHost: Bool { self == .host }

  /// Whether a compiler that answers `-dumpmachine` with `machine` compiles for it.
  func isMade(by machine: String) -> Bool {
    let first = machine.prefix { $0 != "-" }
    switch self {
    case .arm32: return first.hasPrefix("arm") || first.hasPrefix("thumb")
    case .arm64: return first == "aarch64" || first == "arm64"
    case .x86: return first == "x86_64" || first == "amd64"
    default: return first.hasPrefix(name)
    }
  }
}
