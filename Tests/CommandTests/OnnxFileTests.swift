import Foundation
import TestSupport
import Testing

/// `show`, `check` and `import` on ONNX files: the seeds of the fuzzer, which are small models.
@Suite struct OnnxFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func seed(_ name: String) -> String {
    SharedData.packageRoot.appending(path: "Fuzz/Corpus/OnnxFuzz/\(name)").path
  }

  @Test func showCountsNodesAndNamesCells() throws {
    let results = try Tool.run("show", seed("lstm_stack"), "--json").results()
    let model = try #require(results.first)
    #expect(model["opset"] as? Int == 17)
    #expect(model["producer"] as? String == "seed")
    #expect(model["nodes"] as? Int == 6)
    #expect((model["operators"] as? [String: Int])?["MatMul"] == 1)
    #expect(model["parameters"] as? Int == 41)
    let inputs = try #require(model["inputs"] as? [[String: Any]])
    #expect(inputs.map { $0["name"] as? String } == ["x", "h0", "c0"])
    let cells = try #require(model["recurrent"] as? [[String: Any]])
    #expect(cells.map { $0["operator"] as? String } == ["LSTM"])
    #expect(cells.map { $0["hidden_size"] as? Int } == [2])
    #expect(cells.map { $0["input_size"] as? Int } == [2])
    let text = try Tool.run("show", seed("lstm_stack"))
    #expect(text.status == 0)
    #expect(text.text.contains("LSTM_0"))
  }

  @Test func importWritesADescriptionThatHolds() throws {
    let output = folder.path("made")
    let run = try Tool.run("import", seed("lstm_stack"), "-o", output)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.text.contains("start of lstm.h_l0"))
    #expect(run.text.contains("wrote \(output)/lstm_stack.yaml and"))
    let check = try Tool.run("check", "\(output)/lstm_stack.yaml", "--strict")
    #expect(check.status == 0, "\(check.errors)")
    let shown = try Tool.run("show", "\(output)/lstm_stack.yaml")
    #expect(shown.text.contains("softmax"))
  }

  @Test func importSaysTheSameAsJSON() throws {
    let results = try Tool.run("import", seed("lstm_stack"), "-o", folder.path("."), "--json")
      .results()
    let made = try #require(results.first)
    #expect((made["files"] as? [String])?.count == 2)
    let layers = try #require(made["layers"] as? [[String: Any]])
    #expect(layers.map { $0["kind"] as? String } == ["lstm", "linear", "softmax"])
    let states = try #require(made["state_outputs"] as? [[String: Any]])
    #expect(states.map { $0["graph_name"] as? String } == ["yc"])
  }

  @Test func whatCannotBeImportedIsNamed() throws {
    let run = try Tool.run("import", seed("conv"), "-o", folder.path("made"))
    #expect(run.status == 65)
    #expect(run.errors.contains("node 'Conv_0' (Conv): error: has no counterpart"))
    #expect(try folder.contents == [])
  }

  @Test func damagedFilesAre65() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: seed("gru")))
    let cut = try folder.write(Array(whole.dropLast(40)), to: "cut.onnx")
    for verb in [["check", cut], ["show", cut], ["import", cut, "-o", folder.path("made")]] {
      let run = try Tool.run(verb)
      #expect(run.status == 65, "\(verb)")
      #expect(run.errors.contains("cut.onnx: error: truncated"), "\(run.errors)")
    }
    #expect(try Tool.run("check", seed("gru")).text.hasSuffix("ok\n"))
    #expect(try Tool.run("check", folder.path("none.onnx")).status == 66)
  }

  @Test(arguments: [["--shape", "T"], ["--shape", "T=0"], ["--shape", "T=2", "--shape", "T=3"]])
  func wrongShapesAre64(options: [String]) throws {
    let run = try Tool.run(["import", seed("gru"), "-o", folder.path("made")] + options)
    #expect(run.status == 64)
    #expect(run.errors.contains("--shape"))
  }

  @Test func axesAreBoundByName() throws {
    let arguments = ["import", seed("gru"), "-o", folder.path("made"), "--shape"]
    #expect(try Tool.run(arguments + ["T=5"]).status == 0)
    let wrong = try Tool.run(arguments + ["Q=5"])
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("no input has an axis 'Q'"))
    #expect(wrong.errors.contains("the named axes are 'N', 'T'"))
  }
}
