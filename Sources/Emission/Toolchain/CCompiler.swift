#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A C compiler that makes code for an architecture: what `CC` names, or one on PATH.
package struct CCompiler: Sendable {
  /// Its path and the words that always follow it: those of `CC`, clang's `--target`.
  package let words: [String]
  package let isClang: Bool
  package let architecture: Architecture

  /// The compiler for an architecture.
  ///
  /// `CC` decides where it is set; a clang is told the architecture, a gcc must make code for it.
  /// Otherwise it is the first on PATH of clang, gcc and cc for this machine, or Debian's cross gcc
  /// and clang for another. clang makes equally fast code in two thirds of gcc 12's time: 1.1 s for a
  /// small model's program against 1.7. Throws `missing` and says what to install.
  package static func find(for architecture: Architecture) throws(ToolchainError) -> CCompiler {
    if let words = requestedWords {
      guard let compiler = compiler(words, for: architecture) else {
        let fault =
          path(of: words[0]) == nil
          ? "which is not there" : "which does not answer as a C compiler for \(architecture.name)"
        throw ToolchainError.missing(
          "CC is '\(words.joined(separator: " "))', \(fault)",
          help: [
            installing(architecture), "unset CC, or set another (its words are split at spaces)",
          ])
      }
      return compiler
    }
    let names =
      architecture.isHost ? ["clang", "gcc", "cc"] : [architecture.triple + "-gcc", "clang"]
    for name in names {
      if let found = compiler([name], for: architecture) { return found }
    }
    throw ToolchainError.missing(
      "no C compiler for \(architecture.name) is on PATH (looked for \(names.joined(separator: ", ")))",
      help: [installing(architecture), "or name one by the environment variable CC"])
  }

  /// The program of this name, if it is a C compiler for this machine.
  package static func named(_ name: String) -> CCompiler? { compiler([name], for: .host) }

  private static var requestedWords: [String]? {
    let words = getenv("CC").map { String(cString: $0).split(separator: " ").map(String.init) }
    return words?.isEmpty ?? true ? nil : words
  }

  private static func installing(_ architecture: Architecture) -> String {
    let packages = architecture.isHost ? ["gcc", "libc6-dev"] : architecture.packages
    return "install one: apt-get install \(packages.joined(separator: " "))"
  }

  /// nil where the program is not there, is no compiler, or compiles for something else.
  private static func compiler(
    _ words: [String], for architecture: Architecture
  ) -> CCompiler? {
    guard let path = path(of: words[0]) else { return nil }
    var command = [path] + words.dropFirst()
    let version = ShellCommand(command + ["--version"]).answer()
    guard version.status == 0 else { return nil }
    let isClang = version.output.contains("clang")
    let isCross = isClang && !words.contains { $0.hasPrefix("--target") || $0 == "-target" }
    if isCross && !architecture.isHost { command.append("--target=\(architecture.triple)") }
    let machine = ShellCommand(command + ["-dumpmachine"]).answer()
    guard machine.status == 0, architecture.isMade(by: machine.output) else { return nil }
    if isClang && !architecture.isHost && !hasHeaders(command) { return nil }
    return CCompiler(words: command, isClang: isClang, architecture: architecture)
  }

  /// clang knows every architecture; headers and libraries of the C library come apart from it.
  private static func hasHeaders(_ command: [String]) -> Bool {
    let test = ShellCommand(command + ["-E", "-include", "stdio.h", "-x", "c", "/dev/null"])
    return test.run().status == 0
  }

  /// Absolute: commands run in another folder.
  private static func path(of name: String) -> String? {
    let folders = getenv("PATH").map { String(cString: $0).split(separator: ":") } ?? []
    let places = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
    guard let found = places.first(where: { access($0, X_OK) == 0 }) else { return nil }
    if found.hasPrefix("/") { return found }
    guard let here = getcwd(nil, 0) else { return nil }
    defer { free(here) }
    return String(cString: here) + "/" + found
  }

  /// What makes it link for another architecture: a clang takes this machine's linker by itself.
  var linkerFlags: [String] {
    guard isClang, !architecture.isHost else { return [] }
    if let linker = Self.path(of: architecture.triple + "-ld") { return ["--ld-path=\(linker)"] }
    return tool("ld.lld") == nil ? [] : ["-fuse-ld=lld"]
  }

  /// What links OpenMP's runtime: clang's stands under several names, or is not there.
  package func openMPLibrary() throws(ToolchainError) -> [String] {
    if !isClang { return ["-fopenmp"] }
    for name in ["libomp.so", "libomp5.so", "libomp.so.5"] {
      let answer = ShellCommand(words + ["-print-file-name=\(name)"]).answer()
      let path = String(answer.output.prefix { !$0.isNewline })
      if path.hasPrefix("/") { return [path] }
    }
    throw ToolchainError.missing(
      "'\(words[0])' finds no OpenMP runtime for --openmp",
      help: [
        "install one: apt-get install libomp-dev", "or name gcc by the environment variable CC",
      ])
  }

  /// The program of this name that goes with the compiler.
  func tool(_ name: String) -> String? {
    let names = isClang ? ["llvm-" + name, name] : [name]
    for name in names {
      let answer = ShellCommand(words + ["-print-prog-name=\(name)"]).answer()
      let word = answer.output.prefix { !$0.isNewline }
      if answer.status == 0, let found = Self.path(of: String(word)) { return found }
    }
    return nil
  }
}

/// Why the C toolchain made nothing.
package struct ToolchainError: Error {
  package enum Kind: Sendable { case missing, failed }

  package let kind: Kind
  package let message: String
  package let notes: [String]
  package let help: [String]

  static func missing(_ message: String, help: [String]) -> ToolchainError {
    ToolchainError(kind: .missing, message: message, notes: [], help: help)
  }

  /// A command that did not end with 0: its line and the beginning of what it said.
  static func failed(_ command: ShellCommand, _ outcome: ShellCommand.Outcome) -> ToolchainError {
    let lines = outcome.output.split(separator: "\n").prefix(12).map(String.init)
    let end =
      switch outcome.status {
      case 0: "made nothing"
      case 129...: "failed with signal \(outcome.status - 128)"
      default: "failed with status \(outcome.status)"
      }
    return ToolchainError(
      kind: .failed, message: "'\(command.words[0])' \(end)",
      notes: ["the command was: \(command.text)"] + lines,
      help: ["name another C compiler by the environment variable CC"])
  }
}
