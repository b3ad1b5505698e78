import DataFiles
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Paths that lead to no regular file: exit 66 and one sentence, at once.
struct UnreadableFileTests {
  private static let readers: [@Sendable (String) throws -> Void] = [
    { _ = try SafetensorsFile(path: $0) }, { _ = try NpzFile(path: $0) },
    { _ = try WeightFile(path: $0) }, { _ = try Npy.read(path: $0) },
    { _ = try WavFile(path: $0) }, { _ = try Csv(path: $0) },
    { _ = try Raw.read(path: $0, format: RawFormat(.f32, stepShape: [1])) },
  ]

  @Test func missing() throws {
    let folder = try TemporaryFolder()
    try expectMissing(folder.path("a"), "\(folder.path("a")): error: no such file")
    try expectMissing(folder.path("no/such/folder"), "no such file")
    try expectMissing("", "the path is empty")
    try expectMissing("a\0b", "the path contains a zero byte")
  }

  @Test func notARegularFile() throws {
    let folder = try TemporaryFolder()
    try expectMissing(folder.url.path, "is a directory, not a file")
    try expectMissing("/dev/null", "is not a regular file")
    try expectMissing("/dev/zero", "is not a regular file")
    #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
    try expectMissing(folder.path("fifo"), "is not a regular file")
  }

  @Test func linkInCircles() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("loop"), withDestinationPath: "loop")
    try expectMissing(folder.path("loop"), "cannot be opened: Too many levels")
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func forbidden() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "a")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path("a"))
    try expectMissing(folder.path("a"), "cannot be opened: Permission denied")
  }

  @Test func emptyFileIsMalformed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "a")
    for read in Self.readers { expectRefusal("a: error: the file is empty") { try read(path) } }
  }

  private func expectMissing(
    _ path: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for read in Self.readers {
      expectRefusal(message, kind: .missing, sourceLocation: sourceLocation) { try read(path) }
    }
  }
}
