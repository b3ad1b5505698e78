import Foundation
import Testing

@Suite struct CheckTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  @Test func aGoodModelIsOK() throws {
    let run = try Tool.run("check", fixtures.spotter())
    #expect(run.status == 0)
    #expect(run.text.contains("ok"))
    #expect(run.errors == "")
  }

  @Test func everyErrorIsPrintedAndTheAnswerIsNo() throws {
    let text = try String(contentsOfFile: fixtures.spotter(), encoding: .utf8)
      .replacing("blocks: 4", with: "blocks: 5").replacing("from: prob", with: "from: prop")
    let path = try fixtures.folder.write(text, to: "bad.yaml")
    let run = try Tool.run("check", path)
    #expect(run.status == 1)
    #expect(run.errors.contains("bad.yaml:"))
    #expect(run.errors.contains("error:"))
    #expect(run.errors.contains("'prop'"))
    #expect(run.errors.contains("5 blocks"))
    #expect(run.errors.contains("help:"))

    let json = try Tool.run("check", path, "--json")
    #expect(json.status == 1)
    let result = try #require(json.results().first)
    #expect(result["model"] as? String == path)
    #expect(result["ok"] as? Bool == false)
    let diagnostics = try #require(result["diagnostics"] as? [[String: Any]])
    #expect(diagnostics.count >= 2)
    for diagnostic in diagnostics {
      #expect(
        Set(diagnostic.keys) == [
          "file", "line", "column", "severity", "message", "notes", "help",
        ])
    }
  }

  @Test func otherVerbsPrintTheSameAndExit65() throws {
    let text = try String(contentsOfFile: fixtures.spotter(), encoding: .utf8)
      .replacing("blocks: 4", with: "blocks: 5")
    let path = try fixtures.folder.write(text, to: "bad.yaml")
    let check = try Tool.run("check", path)
    for verb in [["compile"], ["cost"], ["show"], ["bench"]] {
      let run = try Tool.run(verb + [path])
      #expect(run.status == 65, "\(verb)")
      #expect(run.errors == check.errors, "\(verb)")
    }
    let json = try Tool.run("cost", path, "--json")
    #expect(json.status == 65)
    let error = try #require(json.json()["error"] as? [String: Any])
    #expect(error["code"] as? Int == 65)
    #expect((error["diagnostics"] as? [Any])?.count == 1)
  }

  @Test(arguments: ["check", "show", "compile", "cost", "bench"])
  func aMissingFileIs66(verb: String) throws {
    let run = try Tool.run(verb, fixtures.path("nothing.yaml"))
    #expect(run.status == 66)
    #expect(run.errors.contains("nothing.yaml"))
  }

  @Test func notAModelIsNamed() throws {
    let path = try fixtures.writeNumbers([2, 3], to: "x.npy")
    let run = try Tool.run("compile", path)
    #expect(run.status == 65)
    #expect(run.errors.contains("npy file, not a model"))
  }

  @Test func setReplacesADimension() throws {
    let path = try fixtures.spotter()
    #expect(try Tool.run("check", path, "--set", "dims.hidden=32").status == 0)
    let bad = try Tool.run("check", path, "--set", "dims.hidden=30")
    #expect(bad.status == 1)
    #expect(bad.errors.contains("30"))
    let unknown = try Tool.run("check", path, "--set", "dims.hiden=32")
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("did you mean 'hidden'?"))
    #expect(try Tool.run("check", path, "--set", "hidden=32").status == 64)
  }

  @Test(arguments: ["check", "show", "compile", "cost", "bench", "run", "compare"])
  func anUnknownDimensionIs64(verb: String) throws {
    let input = try fixtures.writeNumbers([2, 8], to: "x.npy")
    let more = ["run": ["-i", input], "compare": [try fixtures.spotter()]]
    for (model, word) in [
      (try fixtures.spotter(), "'hidden' and 'mel'"), (try fixtures.filter(), "no 'dims'"),
    ] {
      let arguments = [verb, model] + (more[verb] ?? []) + ["--set", "dims.NOPE=3"]
      let run = try Tool.run(arguments)
      #expect(run.status == 64)
      #expect(run.errors.contains(word))
      let json = try Tool.run(arguments + ["--json"])
      #expect(json.status == 64)
      #expect((try json.json()["error"] as? [String: Any])?["code"] as? Int == 64)
    }
  }

  @Test func onlyDescriptionsHaveDimensions() throws {
    let path = try fixtures.writeNumbers([2, 8], to: "x.npy")
    let run = try Tool.run("show", path, "--set", "dims.hidden=3")
    #expect(run.status == 64)
    #expect(run.errors.contains("an npy file"))
  }
}
