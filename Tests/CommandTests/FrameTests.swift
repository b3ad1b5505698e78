import Foundation
import Testing

/// What all verbs share: streams, exit codes, help, colours, JSON.
@Suite struct FrameTests {
  static let verbs = [
    "check", "show", "import", "compile", "run", "bench", "compare", "cost", "env",
  ]

  @Test func theVerbsOfTheHelpAreThoseTested() throws {
    let help = try Tool.run("--help").text
    let listed = help.split(separator: "\n", omittingEmptySubsequences: false).drop {
      $0 != "SUBCOMMANDS:"
    }.dropFirst()
      .prefix { $0.hasPrefix("  ") }.filter { !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(listed.sorted() == Self.verbs.sorted())
  }

  @Test(arguments: verbs) func everyVerbHasTheCommonFlags(verb: String) throws {
    let run = try Tool.run(verb, "--help")
    #expect(run.status == 0)
    #expect(run.errors == "")
    for flag in [
      "-h, --help", "--version", "-v, --verbose", "-q, --quiet", "--json", "--color",
      "--no-progress",
    ] {
      #expect(run.text.contains(flag), "\(verb) --help does not mention \(flag)")
    }
  }

  @Test(arguments: verbs) func everyVerbKnowsTheVersion(verb: String) throws {
    let (ofTool, ofVerb) = (try Tool.run("--version"), try Tool.run(verb, "--version"))
    #expect(ofTool.status == 0)
    #expect(ofTool.output == ofVerb.output)
    #expect(ofTool.text.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: [
    [], ["nonsense"], ["env", "--nonsense"], ["env", "extra"], ["env", "-v", "-q"],
  ])
  func wrongCommandLinesAre64(arguments: [String]) throws {
    let run = try Tool.run(arguments)
    #expect(run.status == 64)
    #expect(run.text == "")
    #expect(run.errors.contains("Error: "))
  }

  /// A number below zero is a value, not a missing one.
  @Test(arguments: [
    ["check", "m", "--tol", "-1", "--tol takes a number from 0 on"],
    ["compare", "m", "m", "--steps", "-5", "--steps takes a number from 1 on"],
    ["compare", "m", "m", "--atol", "-1", "--atol and --rtol take a number from 0 on"],
    ["compare", "m", "m", "--rtol", "-1e-3", "--atol and --rtol take a number from 0 on"],
    [
      "compare", "m", "m", "--seed", "-1", "--seed takes an integer from 0 to 18446744073709551615",
    ],
    ["bench", "m", "--steps", "-5", "--steps takes a number from 1 on"],
    ["bench", "m", "--warmup", "-5", "--warmup takes a number from 0 on"],
    ["bench", "m", "--duration", "-5", "--duration takes seconds, more than 0"],
    ["bench", "m", "--seed", "-1", "--seed takes an integer from 0 to 18446744073709551615"],
    ["bench", "m", "-t", "-1", "Number of threads, 1 to 256"],
    ["run", "m", "-i", "x", "--chunk", "-5", "--chunk takes a number from 1 on"],
  ])
  func rangesAreTold(words: [String]) throws {
    let run = try Tool.run(words.dropLast())
    #expect(run.status == 64)
    #expect(run.errors.contains(words[words.count - 1]))
  }

  @Test func wrongCommandLinesAreJSONUnderJSON() throws {
    let run = try Tool.run("env", "--json", "--nonsense")
    #expect(run.status == 64)
    let document = try run.json()
    let error = try #require(document["error"] as? [String: Any])
    #expect(error["code"] as? Int == 64)
    #expect((error["message"] as? String)?.contains("--nonsense") == true)
    #expect(error["diagnostics"] is [Any])
    #expect(document["schema"] as? String == "rnnc.env/1")
    #expect(document["results"] == nil)
  }

  @Test func aReaderThatGoesAwayIs141() throws {
    let run = try Tool.shell("{ sleep 0.2; \"$RNNC\" env; echo $? >&2; } | true")
    #expect(run.errors == "141\n")
  }

  @Test func aFullDiskIs74() throws {
    let run = try Tool.shell("\"$RNNC\" env > /dev/full")
    #expect(run.status == 74)
    #expect(run.errors.contains("stdout"))
  }

  @Test func anInterruptedRunIs130() throws {
    let fixtures = try Fixtures()
    let arguments = ["run", try fixtures.spotter(), "-i", "-", "--in", "f32"]
    let status = try Tool.interrupt(arguments, after: 1)
    #expect(status == 130)
  }

  @Test func anInterruptedRunLeavesNoFile() throws {
    let fixtures = try Fixtures()
    let model = try fixtures.spotter()
    let output = fixtures.path("y.f32")
    let status = try Tool.interrupt(
      ["run", model, "-i", "-", "--in", "f32", "-o", output], after: 1)
    #expect(status == 130)
    let files = try FileManager.default.contentsOfDirectory(atPath: fixtures.folder.url.path)
    #expect(files == ["spotter.yaml"])
  }
}
