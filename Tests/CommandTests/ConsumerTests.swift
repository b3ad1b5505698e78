import Foundation
import TestSupport
import Testing

/// What stands around the tool, used as others use it. The scripts of Tests/Consumers do the work;
/// `make consumers` runs them all, this suite those that are quick.
@Suite struct ConsumerTests {
  private static let absence = "make, gcc and pkg-config are needed"
  private static let isPossible = ["make", "gcc", "pkg-config"].allSatisfy(Shell.has)

  private func script(_ command: String) throws -> Tool.Run {
    let folder = SharedData.packageRoot.appending(path: "Tests/Consumers").path
    return try Tool.shell("'\(folder)'/\(command)")
  }

  @Test(.enabled(if: isPossible, "\(absence)"))
  func theRuntimeLibraryGivesTheToolsBits() throws {
    let run = try script("runtime \"$RNNC\" generic gcc")
    #expect(run.status == 0, "\(run.text)\(run.errors)")
    #expect(run.text.contains("the same bits from C"))
  }

  @Test(.enabled(if: isPossible, "\(absence)"))
  func whatIsInstalledWorksElsewhere() throws {
    let run = try script("install \"$RNNC\"")
    #expect(run.status == 0, "\(run.text)\(run.errors)")
    #expect(run.text.contains("installed, moved, used and uninstalled"))
  }

  /// The zeros of the certificate.
  @Test(.enabled(if: Shell.has("gcc"), "gcc is needed"))
  func emittedCodeIsQuiet() throws {
    let run = try script("quiet \"$RNNC\"")
    #expect(run.status == 0, "\(run.text)\(run.errors)")
    #expect(run.text.contains("no allocation, no lock, no system call"))
  }

  @Test(.enabled(if: Shell.has("gcc"), "gcc is needed"))
  func everyExampleHearsWhatTheToolHears() throws {
    let run = try script("examples \"$RNNC\"")
    #expect(run.status == 0, "\(run.text)\(run.errors)")
    #expect(run.text.contains("every example hears what the tool hears"))
  }
}
