import DataFiles
import Diagnostics
import Foundation
import Machines
import TestSupport
import Testing

/// Machine files: what is written is read, and nothing else is.
@Suite struct MachineFileTests {
  static let example = MachineFile(
    name: "Two \"cores\"", comment: "from nowhere", isMeasured: false, cores: 2, isa: "neon",
    peaks: [
      .init(isa: "neon", element: "f32", threads: 1, gflops: 12.5),
      .init(isa: "neon", element: "f32", threads: 2, gflops: 25),
      .init(isa: "neon", element: "bf16", threads: 1, gflops: 1e-3),
    ],
    caches: [
      .init(
        level: 1, byteCount: 32 << 10, sharedBy: 1,
        reads: [
          .init(threads: 1, gigabytesPerSecond: 16), .init(threads: 2, gigabytesPerSecond: 32),
        ]),
      .init(
        level: 2, byteCount: 512 << 10, sharedBy: 2,
        reads: [.init(threads: 1, gigabytesPerSecond: 7.25)]),
    ],
    memory: [.init(threads: 1, gigabytesPerSecond: 8)], handOver: 100,
    teams: [.init(threads: 2, fork: 400, wake: 25_000, barrier: 60)], call: 4)

  static func read(_ text: String) throws -> MachineFile {
    let folder = try TemporaryFolder()
    return try MachineFile(path: folder.write(text, to: "machine.json"))
  }

  /// What is said about a text that is refused.
  static func complaint(_ text: String) throws -> String {
    do {
      _ = try read(text)
      return "accepted"
    } catch let error as InputError {
      #expect(error.kind == .malformed)
      let first = try #require(error.diagnostics.first)
      return ([first.message] + first.help).joined(separator: "; ")
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try Self.read(Self.example.text) == Self.example)
    var single = Self.example
    (single.cores, single.handOver, single.teams) = (1, nil, [])
    single.peaks.remove(at: 1)
    single.caches = []
    #expect(try Self.read(single.text) == single)
  }

  @Test func theExampleOfTheDocumentationIsOne() throws {
    let page = SharedData.packageRoot.appending(
      path: "Sources/Machines/Machines.docc/MachineFile.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let start = try #require(text.firstRange(of: "```json\n"))
    let end = try #require(text[start.upperBound...].firstRange(of: "```"))
    let machine = try Self.read(String(text[start.upperBound..<end.lowerBound]))
    #expect(machine.cores == 4 && machine.caches.count == 2)
  }

  @Test func everyKeyIsNeeded() throws {
    let lines = Self.example.text.split(separator: "\n")
    let keys = ["schema", "name", "comment", "measured", "cores", "isa", "hand_over_ns"]
    for key in keys {
      let rest = lines.filter { !$0.hasPrefix("  \"\(key)\":") }
      #expect(rest.count == lines.count - 1)
      #expect(try Self.complaint(rest.joined(separator: "\n")).contains("there is no '\(key)'"))
    }
    #expect(try Self.complaint("{}").contains("there is no 'schema'"))
  }

  @Test(
    arguments: [
      ("machine/1", "machine/2", "schema: expected \"rnnc.machine/1\""),
      ("\"comment\"", "\"coment\"", "unknown key 'coment'; did you mean 'comment'?"),
      ("\"cores\": 2", "\"cores\": 0", "cores: expected a whole number from 1"),
      ("\"cores\": 2", "\"cores\": 2.5", "cores: expected a whole number from 1"),
      ("\"cores\": 2", "\"cores\": 1", "peaks[1].threads: expected a whole number from 1 to 1"),
      ("\"measured\": false", "\"measured\": 0", "measured: expected true or false"),
      ("\"isa\": \"neon\",\n  \"p", "\"isa\": \"sve\",\n  \"p", "peaks: there is none of sve"),
      ("\"gflops\": 12.5", "\"gflops\": -1", "peaks[0].gflops: expected a number above 0"),
      ("\"gflops\": 12.5", "\"gflops\": 0", "peaks[0].gflops: expected a number above 0"),
      ("\"gflops\": 12.5", "\"gflops\": \"x\"", "peaks[0].gflops: expected a number above 0"),
      ("\"gflops\": 12.5", "\"gflops\": 1e999", "'1e999' is not a number"),
      ("\"gflops\": 12.5", "\"gflops\": NaN", "expected a value, found 'N'"),
      ("\"gflops\": 12.5", "\"gflops\": 012", "'012' is not a number"),
      ("\"bf16\"", "\"bf17\"", "peaks[2].element: 'bf17' is no element type; those are"),
      ("\"bf16\"", "\"f32\"", "peaks[2]: the same instruction set, type and threads"),
      ("\"level\": 2", "\"level\": 1", "caches[1].level: levels must increase"),
      ("\"bytes\": 32768", "\"bytes\": null", "caches[0].bytes: expected a whole number"),
      ("\"gb_per_s\": 32", "\"gb_per_s\": []", "caches[0].read[1].gb_per_s: expected a number"),
      (
        "\"threads\": 2, \"gb", "\"threads\": 1, \"gb", "caches[0].read[1].threads: 1 stands before"
      ),
      ("\"threads\": 2, \"fork", "\"threads\": 1, \"fork", "teams[0].threads: must be more than 1"),
      ("\"wake_ns\": 25000", "\"wake_ns\": true", "teams[0].wake_ns: expected a number above 0"),
      ("\"memory\": {", "\"memory\": {\"more\": 1, ", "memory: unknown key 'more'"),
      ("\"call_ns\": 4", "\"call_ns\": 4, \"call_ns\": 4", "duplicate key 'call_ns'"),
      ("\"call_ns\": 4", "\"call_ns\": 4,", "expected a string"),
    ])
  func whatIsWrongIsNamed(old: String, new: String, complaint: String) throws {
    let text = Self.example.text
    let place = try #require(text.firstRange(of: old), "the example has no \(old)")
    let said = try Self.complaint(text.replacingCharacters(in: place, with: new))
    #expect(said.contains(complaint), "\(said)")
  }

  @Test func whatIsNoMachineFileIsRefused() throws {
    let deep = String(repeating: "[", count: 100_000)
    for text in ["", "7", "[]", "{\"schema\": \"rnnc.env/1\"}", "rnn", deep, "{} {}", "\u{0}"] {
      #expect(try Self.complaint(text) != "accepted")
    }
    for length in stride(from: 0, to: Self.example.text.utf8.count - 2, by: 7) {
      let start = String(decoding: Self.example.text.utf8.prefix(length), as: UTF8.self)
      #expect(try Self.complaint(start) != "accepted")
    }
    let long = String(repeating: " ", count: DataLimits.jsonFileBytes) + Self.example.text
    #expect(try Self.complaint(long).contains("is longer than"))
  }

  @Test func aMissingFileIsMissing() throws {
    let folder = try TemporaryFolder()
    do {
      _ = try MachineFile(path: folder.path("absent.json"))
      Issue.record("an absent file was read")
    } catch {
      #expect(error.kind == .missing)
    }
  }

  @Test func theNearestLevelThatHoldsThem() {
    #expect(Self.example.level(holding: 32 << 10).name == "L1")
    #expect(Self.example.level(holding: 1 + 32 << 10).reads.alone == 7.25)
    #expect(Self.example.level(holding: 1 << 30).name == "memory")
    #expect(Self.example.peak(isa: "neon", threads: 2) == 25)
    #expect(Self.example.peak(isa: "avx2") == nil)
  }
}
