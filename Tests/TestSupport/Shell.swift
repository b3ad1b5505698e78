import Foundation

/// Runs other programs for tests.
package enum Shell {
  /// Whether `program` is on the PATH.
  package static func has(_ program: String) -> Bool {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// Runs `command` in `folder` and returns what it printed; throws with its words when it fails.
  @discardableResult
  package static func run(_ command: [String], in folder: TemporaryFolder) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder.url
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationStatus != 0 {
      throw ShellError(message: "\(command.joined(separator: " ")): \(text)")
    }
    return text
  }
}

package struct ShellError: Error, CustomStringConvertible {
  package let message: String
  package init(message: String) { self.message = message }
  package var description: String { message }
}
