import Foundation
import TestSupport
import Testing

/// The built `rnnc`, run as users run it: a process with arguments, files and pipes.
enum Tool {
  struct Run {
    let status: Int32
    let output: Data
    let errors: String
    var text: String { String(decoding: output, as: UTF8.self) }

    /// stdout as one JSON document.
    func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: output)
      return try #require(value as? [String: Any], sourceLocation: sourceLocation)
    }

    /// The document's results.
    func results(sourceLocation: SourceLocation = #_sourceLocation) throws -> [[String: Any]] {
      let results = try json(sourceLocation: sourceLocation)["results"]
      return try #require(results as? [[String: Any]], sourceLocation: sourceLocation)
    }
  }

  /// Beside the test bundle, which is the process that runs these tests.
  static let path = built("rnnc")

  /// Any other program of this package that the test target depends on.
  static func built(_ name: String) -> String {
    let process = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let bundle = URL(fileURLWithPath: process ?? CommandLine.arguments[0])
    let folders = [bundle.deletingLastPathComponent().path, fallbackFolder]
    let candidates = folders.map { $0 + "/" + name }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
  }

  /// Where the bundle stands when the runner is a helper of the toolchain.
  private static var fallbackFolder: String {
    let argument = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? "."
    return URL(fileURLWithPath: argument).deletingLastPathComponent().path
  }

  /// Runs `rnnc` to its end. `environment` replaces the variables that it names; colour variables
  /// and RNNC_ISA of the outside are not handed on.
  static func run(
    _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Run {
    try execute(path, arguments, input: input, environment: environment)
  }

  static func run(_ arguments: String...) throws -> Run { try run(arguments) }

  /// Runs another program of this package to its end.
  static func run(program: String, _ arguments: [String]) throws -> Run {
    try execute(built(program), arguments, input: Data(), environment: [:])
  }

  /// A command line for `sh`, in which `$RNNC` is the tool.
  static func shell(_ command: String, input: Data = Data()) throws -> Run {
    try execute("/bin/sh", ["-c", command], input: input, environment: ["RNNC": path])
  }

  /// Starts `rnnc` with a stdin that never ends, sends Ctrl-C after some seconds, and returns the
  /// exit code. What this process does with Ctrl-C is not handed on; a tool that ignores it is
  /// killed.
  static func interrupt(
    _ arguments: [String], after seconds: Double, environment: [String: String] = [:]
  ) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let variables = environment.map { "\($0)=\($1)" }
    process.arguments = ["--default-signal=INT"] + variables + [path] + arguments
    process.standardInput = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: seconds)
    process.interrupt()
    for _ in 0..<100 where process.isRunning { Thread.sleep(forTimeInterval: 0.1) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -1
  }

  private static func execute(
    _ executable: String, _ arguments: [String], input: Data, environment: [String: String]
  ) throws -> Run {
    let folder = try TemporaryFolder()
    let files = try ["in", "out", "err"].map { name in
      let url = folder.file(name)
      try (name == "in" ? input : Data()).write(to: url)
      return try FileHandle(forUpdating: url)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    for name in ["FORCE_COLOR", "NO_COLOR", "RNNC_ISA", "SWIFT_BACKTRACE"] {
      variables[name] = nil
    }
    process.environment = variables.merging(environment) { $1 }
    (process.standardInput, process.standardOutput) = (files[0], files[1])
    process.standardError = files[2]
    try process.run()
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    return Run(
      status: isSignal ? -process.terminationStatus : process.terminationStatus,
      output: try Data(contentsOf: folder.file("out")),
      errors: try String(contentsOf: folder.file("err"), encoding: .utf8))
  }
}
