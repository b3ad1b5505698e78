import DataFiles
import Foundation
import TestSupport
import Testing

struct OutputFileTests {
  @Test func appearsOnlyWhenComplete() throws {
    let folder = try TemporaryFolder()
    var file = try OutputFile(path: folder.path("a"))
    try file.write("hello")
    try file.flush()
    #expect(!FileManager.default.fileExists(atPath: folder.path("a")))
    try file.commit()
    #expect(try folder.bytes(of: "a") == Array("hello".utf8))
    #expect(try folder.contents == ["a"])
  }

  @Test func droppedFileLeavesTheOldOne() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "a")
    do {
      var file = try OutputFile(path: folder.path("a"))
      try file.write([UInt8](repeating: 0, count: 1 << 20))
    }
    #expect(try folder.bytes(of: "a") == Array("old".utf8))
    #expect(try folder.contents == ["a"])
  }

  @Test func replacesAndKeepsPermissions() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "a")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path("a"))
    try writeAtomically(Array("new".utf8), to: folder.path("a"))
    #expect(try folder.bytes(of: "a") == Array("new".utf8))
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("a"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  /// In a process of its own, since it concerns all files of a process.
  @Test func interruptLeavesNothing() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      OutputFile.removeUnfinished()
      for round in 0..<40 {  // more files than there are slots, one after the other
        let file = try OutputFile(path: folder.path("\(round)"))
        let count = try folder.contents.count
        precondition(count == (round + 1) / 2 + 1)
        if round % 2 == 0 { try file.commit() }
      }
      let unfinished = try OutputFile(path: folder.path("last"))
      OutputFile.removeUnfinished()
      let names = try folder.contents
      precondition(names.count == 20 && !names.contains { $0.hasSuffix(".tmp") })
      _ = consume unfinished
    }
  }

  @Test func symbolicLinkStays() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "target")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "target")
    try writeAtomically([1], to: folder.path("link"))
    #expect(try folder.bytes(of: "target") == [1])
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link"))
    #expect(link == "target")
  }

  @Test func deviceIsWrittenInPlace() throws {
    try writeAtomically([1, 2], to: "/dev/null")
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
    #expect(type as? FileAttributeType == .typeCharacterSpecial)
  }

  @Test func descriptorStaysOpen() throws {
    let pipe = Pipe()
    var file = OutputFile(descriptor: pipe.fileHandleForWriting.fileDescriptor, name: "-")
    try file.write("a")
    try file.commit()
    try pipe.fileHandleForWriting.write(contentsOf: Data("b".utf8))
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.readToEnd() == Data("ab".utf8))
  }

  @Test func cannotBeCreated() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    try expectFailure(folder.path("no/such/a"), .cannotCreate, "no such folder")
    try expectFailure(folder.url.path, .cannotCreate, "it is a directory")
    try expectFailure(folder.path("file/a"), .cannotCreate, "Not a directory")
    try expectFailure("", .cannotCreate, "not a file name")
    try expectFailure("a\0b", .cannotCreate, "not a file name")
    #expect(OutputError(.cannotCreate, path: "a", reason: "b").exitCode == 73)
    #expect(try folder.contents == ["file"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDiskIsAnInputOutputError() throws {
    try expectFailure("/dev/full", .inputOutput, "No space left")
    #expect(OutputError(.inputOutput, path: "a", reason: "b").exitCode == 74)
  }

  private func expectFailure(
    _ path: String, _ kind: OutputError.Kind, _ reason: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = #expect(throws: OutputError.self, sourceLocation: sourceLocation) {
      try writeAtomically([1], to: path)
    }
    #expect(error?.kind == kind, sourceLocation: sourceLocation)
    #expect(error?.description.contains(reason) == true, sourceLocation: sourceLocation)
    #expect(error?.description.hasPrefix(path) == true, sourceLocation: sourceLocation)
  }
}
