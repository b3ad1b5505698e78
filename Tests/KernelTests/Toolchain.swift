import Foundation
import Kernels

/// The C compilers of this machine, for tests that build kernel text.
enum Toolchain {
  static let compilers = ["gcc", "clang"].filter {
    run("/usr/bin/env", [$0, "--version"]).status == 0
  }

  static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/CKernels").standardizedFileURL
  static let programs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Programs")

  struct Output {
    var status: Int32
    var text: String
  }

  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) -> Output {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return Output(status: -1, text: "cannot run") }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Output(status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
  }

  /// Runs a compiler; every warning is an error.
  static func compile(_ compiler: String, _ arguments: [String]) -> Output {
    run("/usr/bin/env", [compiler, "-std=gnu99", "-Wall", "-Wextra", "-Werror"] + arguments)
  }

  /// The text that an emitted program pastes, up to and including the bodies.
  static func text(of isa: ISA) -> String {
    let bodies = KernelSource.paths.filter {
      $0.hasPrefix("kernels/") && !$0.contains("prelude") && !$0.contains("activation")
    }
    return (["kernels/prelude-inl.h"] + isa.sources + ["kernels/activation-inl.h"] + bodies)
      .compactMap(KernelSource.text).joined(separator: "\n")
  }

  /// A folder that lives as long as the closure runs.
  static func withFolder<T>(_ body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kernels-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
