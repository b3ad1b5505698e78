import Foundation
import TestSupport
import Testing

/// `make tsan` as part of the suite.
@Suite struct ThreadSanitizerTests {
  private static let script = SharedData.packageRoot.appending(path: "Tests/ThreadSanitizer/run")

  private static let probe = try? Tool.shell("'\(script.path)' probe")

  @Test(.enabled(if: probe?.status == 0, "\(probe?.errors ?? "no shell")"))
  func theTeamIsClean() throws {
    let run = try Tool.shell("'\(Self.script.path)' \"$RNNC\"")
    #expect(run.status == 0, "\(run.text)\(run.errors)")
    #expect(run.text.contains("found: a barrier that orders nothing"))
  }
}
