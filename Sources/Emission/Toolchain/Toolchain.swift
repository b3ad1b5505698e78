/// Makes objects, libraries and programs of emitted C. Every command runs in one folder and names its
/// files without it, so that what it makes does not depend on where that is.
package struct Toolchain {
  package let compiler: CCompiler
  private let targetFlags: [String]
  /// What OpenMP needs where programs and libraries are linked.
  private let threadFlags: [String]
  private let log: (String) -> Void

  /// The compiler for `target`, with OpenMP where there are threads; `log` gets every command line
  /// before it runs.
  package init(
    for target: Target, hasThreads: Bool = false, log: @escaping (String) -> Void = { _ in }
  ) throws(ToolchainError) {
    compiler = try CCompiler.find(for: target.machine)
    let needsFloatABI = target.machine == .arm32
    targetFlags = target.flags + (needsFloatABI ? ["-mfloat-abi=hard"] : [])
    threadFlags = hasThreads ? try compiler.openMPLibrary() : []
    self.log = log
  }

  /// What every source is compiled with. One object serves libraries and programs alike.
  package static let flags = ["-std=gnu99", "-O2", "-fPIC"]

  /// `source` to `object`. Not `forTarget`, it runs on all processors of the architecture.
  package func compile(
    _ source: String, to object: String, forTarget: Bool = true, flags: [String] = [],
    in folder: String
  ) throws(ToolchainError) {
    let target = forTarget || compiler.architecture != .x86 ? targetFlags : []
    let threads = threadFlags.isEmpty ? [] : ["-fopenmp"]
    try run(
      compiler.words + Self.flags + target + threads + flags + ["-I.", "-c", source, "-o", object],
      in: folder)
  }

  /// Several objects to one.
  package func merge(
    _ objects: [String], to object: String, in folder: String
  ) throws(ToolchainError) {
    try run(
      compiler.words + compiler.linkerFlags + targetFlags + ["-r", "-nostdlib", "-o", object]
        + objects, in: folder)
  }

  /// `objects` to an archive with their index.
  package func archive(
    _ objects: [String], to library: String, in folder: String
  ) throws(ToolchainError) {
    guard let archiver = compiler.tool("ar") else {
      throw ToolchainError.missing(
        "'\(compiler.words[0])' finds no 'ar'",
        help: ["install one: apt-get install \(compiler.architecture.isHost ? "binutils" : "llvm")"]
      )
    }
    try run([archiver, "rcsD", library] + objects, in: folder)
  }

  /// `objects` to a shared library that calls itself `name`.
  package func link(
    _ objects: [String], toShared library: String, name: String, flags: [String] = [],
    in folder: String
  ) throws(ToolchainError) {
    try run(
      compiler.words + compiler.linkerFlags + targetFlags
        + ["-shared", "-Wl,-soname,\(name)", "-Wl,-z,defs", "-Wl,--as-needed", "-o", library]
        + objects + threadFlags + flags, in: folder)
  }

  /// `objects` to a program.
  package func link(
    _ objects: [String], toProgram program: String, flags: [String] = [], in folder: String
  ) throws(ToolchainError) {
    try run(
      compiler.words + compiler.linkerFlags + targetFlags + ["-o", program] + objects + threadFlags
        + flags, in: folder)
  }

  private func run(_ words: [String], in folder: String) throws(ToolchainError) {
    let command = ShellCommand(words)
    log(command.text)
    let outcome = command.run(in: folder)
    if outcome.status != 0 { throw ToolchainError.failed(command, outcome) }
  }
}
