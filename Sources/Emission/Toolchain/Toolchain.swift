#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Makes objects, libraries and programs of emitted C. Every command runs in one folder and names its
/// files without it, so that what it makes does not depend on where that is.
package struct Toolchain {
  package let compiler: CCompiler
  private let targetFlags: [String]
  /// What OpenMP needs where programs and libraries are linked.
  package let threadFlags: [String]
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

  /// A C file and the object that is made of it.
  package struct Source {
    let name: String
    package let object: String
    /// Otherwise it runs on all processors of the architecture.
    let isForTarget: Bool

    package init(_ name: String, to object: String, isForTarget: Bool = true) {
      (self.name, self.object, self.isForTarget) = (name, object, isForTarget)
    }
  }

  /// Every source to its object, all of them at once: there are as many as targets, and one.
  package func compile(
    _ sources: [Source], flags: [String] = [], in folder: String
  ) throws(ToolchainError) {
    let common = Self.flags + (threadFlags.isEmpty ? [] : ["-fopenmp"]) + flags
    try run(
      sources.map { source in
        let target = source.isForTarget || compiler.architecture != .x86 ? targetFlags : []
        let files = ["-I.", "-c", source.name, "-o", source.object]
        return (compiler.words + common + target + files, source.object)
      }, in: folder)
  }

  /// Several objects to one.
  package func merge(
    _ objects: [String], to object: String, in folder: String
  ) throws(ToolchainError) {
    try run(
      compiler.words + compiler.linkerFlags + targetFlags + ["-r", "-nostdlib", "-o", object]
        + objects, making: object, in: folder)
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
    try run([archiver, "rcsD", library] + objects, making: library, in: folder)
  }

  /// `objects` to a shared library that calls itself `name` and shows what the version script
  /// `exports` lists: linkers add names of their own otherwise.
  package func link(
    _ objects: [String], toShared library: String, name: String, exports: String,
    in folder: String
  ) throws(ToolchainError) {
    try run(
      compiler.words + compiler.linkerFlags + targetFlags
        + ["-shared", "-Wl,-soname,\(name)", "-Wl,--version-script=\(exports)", "-Wl,-z,defs"]
        + ["-Wl,--as-needed", "-o", library] + objects + threadFlags, making: library, in: folder)
  }

  /// `objects` to a program.
  package func link(
    _ objects: [String], toProgram program: String, in folder: String
  ) throws(ToolchainError) {
    try run(
      compiler.words + compiler.linkerFlags + targetFlags + ["-o", program] + objects + threadFlags,
      making: program, in: folder)
  }

  private func run(
    _ words: [String], making product: String, in folder: String
  ) throws(ToolchainError) {
    try run([(words, product)], in: folder)
  }

  /// Throws what the first of those that fail said, when all have ended; one that makes nothing has
  /// failed, whatever it says.
  private func run(
    _ jobs: [(words: [String], product: String)], in folder: String
  ) throws(ToolchainError) {
    let commands = jobs.map { ShellCommand($0.words) }
    for command in commands { log(command.text) }
    let outcomes = ShellCommand.outcomes(of: commands, in: folder)
    for (i, outcome) in outcomes.enumerated() {
      let isMade = outcome.status == 0 && access("\(folder)/\(jobs[i].product)", F_OK) == 0
      if !isMade { throw ToolchainError.failed(commands[i], outcome) }
    }
  }
}
