#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Another program with its arguments, run to its end. No shell reads them.
package struct ShellCommand: Sendable {
  /// Path of the program, then its arguments.
  package let words: [String]

  package init(_ words: [String]) { self.words = words }

  /// As one would type it.
  package var text: String {
    words.map { word in
      let plain = word.utf8.allSatisfy { byte in
        isalnum(Int32(byte)) != 0 || "-_=+,./:@%".utf8.contains(byte)
      }
      return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }

  package struct Outcome: Sendable {
    /// The exit code; a signal's number plus 128; 127 where the program could not be started.
    package var status: Int32
    /// The beginning of what it wrote to stdout and stderr.
    package var output: String
  }

  /// Runs in `folder` (default: here) with an empty stdin. Costs a fork, and what the program does.
  package func run(in folder: String? = nil) -> Outcome { started(in: folder).outcome() }

  /// What it says on stdout alone: a question to a program that may warn of something else.
  package func answer() -> Outcome { started(hearsErrors: false).outcome() }

  /// The program at work, while this one goes on.
  package func started(in folder: String? = nil, hearsErrors: Bool = true) -> RunningCommand {
    var pipe: [Int32] = [-1, -1]
    guard makePipe(&pipe) == 0 else {
      return RunningCommand(failure: String(cString: strerror(errno)))
    }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var process = pid_t()
    let code = start(&process, writingTo: pipe[1], hearsErrors: hearsErrors, in: folder)
    close(pipe[1])
    if code == 0 { return RunningCommand(process: process, output: pipe[0]) }
    close(pipe[0])
    return RunningCommand(failure: String(cString: strerror(code)))
  }

  /// Runs all of them at once, and waits for all.
  package static func outcomes(
    of commands: some Collection<ShellCommand>, in folder: String? = nil
  ) -> [Outcome] {
    guard let first = commands.first else { return [] }
    let running = first.started(in: folder)
    let others = outcomes(of: Array(commands.dropFirst()), in: folder)
    return [running.outcome()] + others
  }

  private func start(
    _ process: inout pid_t, writingTo pipe: Int32, hearsErrors: Bool, in folder: String?
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipe, 1)
    if hearsErrors {
      posix_spawn_file_actions_adddup2(&actions, pipe, 2)
    } else {
      posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    }
    // What this process ignores the program must not: it could not tell that its reader is gone.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    // There is no portable way to spawn into another folder but by a shell.
    let moved = folder.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] } ?? []
    var arguments = (moved + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    return posix_spawn(&process, (moved + words)[0], &actions, &attributes, &arguments, environ)
  }
}

/// A program that was started and not yet waited for. `outcome` must be asked for, once.
package struct RunningCommand: ~Copyable {
  private let process: pid_t
  /// The end of a pipe that gives what the program writes.
  private let pipe: Int32
  /// Why it could not be started.
  private let failure: String?

  private static let outputLimit = 1 << 16

  init(process: pid_t, output pipe: Int32) {
    (self.process, self.pipe, failure) = (process, pipe, nil)
  }

  init(failure: String) { (process, pipe, self.failure) = (-1, -1, failure) }

  /// Waits for its end.
  package consuming func outcome() -> ShellCommand.Outcome {
    if let failure { return ShellCommand.Outcome(status: 127, output: failure) }
    let output = Self.read(pipe)
    close(pipe)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7f
    return ShellCommand.Outcome(
      status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: output)
  }

  private static func read(_ pipe: Int32) -> String {
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = readSome(pipe, &part, part.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      text += part.prefix(min(count, outputLimit - text.count))
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Outside the type, where other things have the same names.
private func makePipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }
private func readSome(_ file: Int32, _ memory: inout [UInt8], _ count: Int) -> Int {
  read(file, &memory, count)
}
