import DataFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct ShowTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  @Test func layersWithTotals() throws {
    let run = try Tool.run("show", fixtures.spotter())
    #expect(run.status == 0)
    for word in ["rnn", "lstm", "block_diagonal(4)", "total", "MACs/step", "labels zero one two"] {
      #expect(run.text.contains(word))
    }
    let results = try Tool.run("show", fixtures.spotter(), "--json").results()
    #expect(results.last?["layer"] as? String == "total")
  }

  /// Each stage's text against the golden file of its name; `c` is held by the emission's tests.
  @Test(arguments: ["graph", "ir", "plan"]) func stages(stage: String) throws {
    let run = try Tool.run(
      "show", fixtures.spotter(), "--stage", stage, "--target", "generic", "-q")
    #expect(run.status == 0)
    #expect(run.errors == "")
    try checkGolden(run.text, "spotter.\(stage)")
    let json = try Tool.run(
      "show", fixtures.spotter(), "--stage", stage, "--target", "generic", "--json")
    #expect(try json.results().first?["text"] as? String == run.text)
  }

  @Test func afterAPassIsIR() throws {
    let model = try fixtures.spotter()
    let lowered = try Tool.run("show", model, "--after", "lowering")
    #expect(lowered.status == 0)
    try checkGolden(lowered.text, "spotter.lowering.ir")
    let help = try Tool.run("show", "--help").text
    let last = try #require(help.firstMatch(of: /Print the IR after this pass: ([^.]*)\./))
    let passes = last.output.1.split { !($0.isLetter || $0 == "-") }
    #expect(passes.count > 3)
    let all = try Tool.run("show", model, "--after", String(passes.last!))
    #expect(all.text == (try Tool.run("show", model, "--stage", "ir").text))
    let wrong = try Tool.run("show", model, "--after", "lowerin")
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("'lowering'"))
    #expect(try Tool.run("show", model, "--after", "lowering", "--stage", "c").status == 64)
  }

  @Test func cIsTheEmittedSource() throws {
    let model = try fixtures.spotter()
    let shown = try Tool.run("show", model, "--stage", "c", "--target", "generic")
    let path = fixtures.path("a.c")
    #expect(
      try Tool.run("compile", model, "--emit", "c", "--target", "generic", "-o", path).status == 0)
    #expect(shown.text == (try String(contentsOfFile: path, encoding: .utf8)))
  }

  @Test func plansHavePlanAndC() throws {
    let model = try fixtures.spotter()
    let plan = fixtures.path("a.plan")
    #expect(try Tool.run("compile", model, "-o", plan, "--target", "generic").status == 0)
    for stage in ["plan", "c"] {
      let (a, b) = (
        try Tool.run("show", plan, "--stage", stage),
        try Tool.run("show", model, "--stage", stage, "--target", "generic")
      )
      #expect(a.text == b.text, "\(stage)")
    }
    for stage in ["graph", "ir"] {
      #expect(try Tool.run("show", plan, "--stage", stage).status == 64)
    }
    let listing = try Tool.run("show", plan)
    for word in ["spotter", "scalar", "recurrent_lstm_f32", "weights"] {
      #expect(listing.text.contains(word))
    }
  }

  @Test func filesOfTensorsAreListed() throws {
    let tensors = [("b", Fixtures.numbers([2, 3])), ("a", Fixtures.numbers([4]))]
    try NpzFile.write(tensors, to: fixtures.path("x.npz"))
    let run = try Tool.run("show", fixtures.path("x.npz"))
    #expect(run.status == 0)
    #expect(run.text.contains("[2, 3]"))
    #expect(run.text.contains("2 in all"))
    let results = try Tool.run("show", fixtures.path("x.npz"), "--json").results()
    #expect(results.map { $0["tensor"] as? String } == ["a", "b"])
    #expect(results.map { $0["bytes"] as? Int } == [16, 24])

    try Npy.write(Fixtures.numbers([5, 2]), to: fixtures.path("x.npy"))
    #expect(try Tool.run("show", fixtures.path("x.npy")).text.contains("[5, 2]"))
    try WavFile(rate: 8000, samples: [0, 0.5, 1]).write(to: fixtures.path("x.wav"))
    #expect(try Tool.run("show", fixtures.path("x.wav")).text.contains("8000"))
  }

  @Test func otherFilesAreNamed() throws {
    let path = try fixtures.folder.write(Data([0x1F, 0x8B, 8, 0, 0, 0]), to: "x.yaml")
    let run = try Tool.run("show", path)
    #expect(run.status == 65)
    #expect(run.errors.contains("gzip"))
    #expect(try Tool.run("show", fixtures.path("none")).status == 66)
    #expect(try Tool.run("show", fixtures.folder.url.path).status == 66)
  }
}
