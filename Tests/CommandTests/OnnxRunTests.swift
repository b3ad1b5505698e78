import DataFiles
import Foundation
import Tensors
import TestSupport
import Testing

/// `run` and `compare` of ONNX graphs: whole, step by step, and what is refused.
@Suite struct OnnxRunTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  /// Inputs `a` f32[2] and `x` f32[T, 2]; a Scan adds up the rows of x, from a on: `f` is the last
  /// sum, `all` is every one.
  private let scan = SharedData.packageRoot.appendingPathComponent("Fuzz/Corpus/OnnxFuzz/scan").path
  private let rows: [Float] = [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]
  private let sums: [Float] = [1, 10, 3, 30, 6, 60, 10, 100, 15, 150, 21, 210]

  private func npz(_ name: String, _ arrays: [(String, Tensor)]) throws -> String {
    try NpzFile.write(arrays, to: fixtures.path(name))
    return fixtures.path(name)
  }

  private func array(_ name: String, of path: String) throws -> Tensor {
    try NpzFile(path: path).tensor(named: name)
  }

  @Test func aGraphRunsOnItsOwnTensors() throws {
    let input = try npz(
      "in.npz", [("a", Tensor([0, 0])), ("x", Tensor(rows, shape: [6, 2]))])
    let output = fixtures.path("out.npz")
    let run = try Tool.run("run", scan, "-i", input, "-o", output)
    #expect(run.status == 0 && run.text.isEmpty && run.errors.contains("node by node"))
    #expect(try array("all", of: output) == Tensor(sums, shape: [6, 2]))
    #expect(try array("f", of: output) == Tensor([21, 210]))
    let summary = try Tool.run("run", scan, "-i", input, "--json")
    let result = try #require(summary.results().last)
    #expect(result["output"] as? String == "all" && result["max"] as? Double == 210)
  }

  /// Two rows at a time, the sum carried: from zeros, and from the states of a file.
  @Test func statesAreCarriedFromStepToStep() throws {
    let input = try npz("in.npz", [("x", Tensor(rows, shape: [3, 2, 2]))])
    let (output, state) = (fixtures.path("out.npz"), fixtures.path("state.npz"))
    let run = try Tool.run(
      "run", scan, "-i", input, "-o", output, "--state", "f=a", "--state-out", state)
    #expect(run.status == 0)
    #expect(try NpzFile(path: output).names == ["all"])
    #expect(try array("all", of: output) == Tensor(sums, shape: [3, 2, 2]))
    #expect(try array("a", of: state) == Tensor([21, 210]))
    let again = try Tool.run(
      "run", scan, "-i", input, "-o", output, "--state", "f=a", "--state-in", state)
    #expect(again.status == 0)
    #expect(
      try array("all", of: output).floats == sums.enumerated().map { $1 + [21, 210][$0 % 2] })
  }

  @Test func aGoldenFileIsComparedByNames() throws {
    let arrays = [("a", Tensor([0, 0])), ("x", Tensor(rows, shape: [6, 2]))]
    let good = try npz("good.npz", arrays + [("all", Tensor(sums, shape: [6, 2]))])
    #expect(try Tool.run("compare", scan, good).status == 0)
    let wrong = try npz("wrong.npz", arrays + [("f", Tensor([21, 211]))])
    let run = try Tool.run("compare", scan, wrong, "--json")
    #expect(run.status == 1)
    #expect(try run.results().first?["max_abs"] as? Double == 1)
    #expect(try Tool.run("compare", scan, npz("none.npz", arrays)).status == 65)
  }

  /// Exit code, and a word of the message.
  @Test(arguments: [
    (["--state", "g=a"], 64, "has no output 'g'"), (["--state", "f=b"], 64, "has no input 'b'"),
    (["--state", "f"], 64, "--state"), (["--shape", "U=2"], 64, "'U'"),
    (["--chunk", "2"], 64, "--chunk"), (["-t", "2"], 64, "-t"),
    (["--state-out", "s.npz"], 64, "--state OUT=IN"), (["-o", "y.npy"], 64, "npz"),
  ])
  func wrongOptionsAreRefused(flags: [String], status: Int32, word: String) throws {
    let input = try npz(
      "in.npz", [("a", Tensor([0, 0])), ("x", Tensor(rows, shape: [6, 2]))])
    let run = try Tool.run(["run", scan, "-i", input] + flags)
    #expect(run.status == status && run.errors.contains(word), "\(flags): \(run.errors)")
  }

  /// A state file has all states and nothing else; a stream has steps.
  @Test func wrongStatesAreRefused() throws {
    let input = try npz("in.npz", [("x", Tensor(rows, shape: [3, 2, 2]))])
    for arrays in [[("b", Tensor([1, 2]))], [("a", Tensor([1, 2])), ("b", Tensor([1, 2]))]] {
      let run = try Tool.run(
        "run", scan, "-i", input, "--state", "f=a", "--state-in", npz("s.npz", arrays))
      #expect(run.status == 65 && run.errors.contains("the states are a"), "\(run.errors)")
    }
    let empty = try npz("empty.npz", [("x", Tensor([], shape: [0, 2, 2]))])
    let run = try Tool.run("run", scan, "-i", empty, "--state", "f=a")
    #expect(run.status == 65 && run.errors.contains("steps"), "\(run.errors)")
  }

  @Test func wrongArraysAreRefused() throws {
    let x = ("x", Tensor(rows, shape: [6, 2]))
    for (arrays, word) in [
      ([x], "has no array 'a'"), ([("a", Tensor([0])), x], "f32[1]"),
      ([("a", Tensor(shape: [2], elementType: .i64, values: .integers([1, 2]))), x], "i64[2]"),
    ] {
      let run = try Tool.run("run", scan, "-i", npz("in.npz", arrays))
      #expect(run.status == 65 && run.errors.contains(word), "\(run.errors)")
    }
    let description = try Tool.run(
      "run", fixtures.spotter(), "-i", npz("in.npz", [x]), "--state", "a=b")
    #expect(description.status == 64)
  }
}
