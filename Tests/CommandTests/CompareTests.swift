import DataFiles
import Foundation
import Tensors
import Testing

@Suite struct CompareTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  static let keys: Set<String> = [
    "output", "steps", "max_abs", "max_rel", "worst_step", "worst_index", "ok",
  ]

  @Test func aModelAgreesWithItsPlan() throws {
    let (model, plan) = (try fixtures.spotter(), fixtures.path("a.plan"))
    #expect(try Tool.run("compile", model, "-o", plan, "--target", "generic").status == 0)
    let run = try Tool.run("compare", model, plan, "--steps", "50", "--seed", "3", "--json")
    #expect(run.status == 0)
    let result = try #require(run.results().first)
    #expect(Set(result.keys) == Self.keys)
    #expect(result["output"] as? String == "prob")
    #expect(result["steps"] as? Int == 50)
    #expect(result["ok"] as? Bool == true)
  }

  @Test func otherWeightsAreFound() throws {
    let (a, b) = (try fixtures.spotter(), try fixtures.spotter("other.yaml", seed: 9))
    let run = try Tool.run("compare", a, b)
    #expect(run.status == 1)
    #expect(run.text.contains("no"))
    #expect(run.errors.contains("seed 0"))
    #expect(try Tool.run("compare", a, b, "--atol", "10").status == 0)
    #expect(try Tool.run("compare", a, a, "--atol", "0", "--rtol", "0").status == 0)
  }

  @Test func otherShapesAre1() throws {
    let run = try Tool.run("compare", fixtures.spotter(), fixtures.filter(), "--json")
    #expect(run.status == 1)
    let result = try #require(run.results().first)
    #expect(Self.keys.isSubset(of: result.keys))
    #expect(result["ok"] as? Bool == false)
  }

  /// A golden file made by `run`: sequence and batch, outputs and final states.
  @Test func goldenFilesHoldInputsOutputsAndStates() throws {
    let model = try fixtures.spotter()
    let input = try fixtures.writeNumbers([12, 8], to: "x.npy")
    let (output, state) = (fixtures.path("y.npz"), fixtures.path("s.npz"))
    let run = try Tool.run("run", model, "-i", input, "-o", output, "--state-out", state)
    #expect(run.status == 0)
    var arrays = try arrays(output).merging(arrays(state)) { $1 }
    arrays["frame"] = try Npy.read(path: input)
    let golden = fixtures.path("golden.npz")
    try write(arrays, to: golden)

    let agrees = try Tool.run("compare", model, golden, "--atol", "0", "--rtol", "0", "--json")
    #expect(agrees.status == 0)
    let names = try agrees.results().compactMap { $0["output"] as? String }
    #expect(names == ["prob", "rnn.h_l0", "rnn.c_l0"])

    var wrong = arrays["rnn.c_l0"]!.floats
    wrong[3] += 0.5
    arrays["rnn.c_l0"] = Tensor(wrong, shape: arrays["rnn.c_l0"]!.shape)
    try write(arrays, to: golden)
    let differs = try Tool.run("compare", model, golden, "--json")
    #expect(differs.status == 1)
    let state3 = try #require(differs.results().last { $0["ok"] as? Bool == false })
    #expect(state3["output"] as? String == "rnn.c_l0")
    #expect(state3["worst_index"] as? Int == 3)

    arrays["prob"] = Tensor([Float](repeating: 0, count: 12 * 4), shape: [12, 4])
    try write(arrays, to: golden)
    let shapes = try Tool.run("compare", model, golden)
    #expect(shapes.status == 1)
    #expect(shapes.text.contains("shapes differ"))
  }

  @Test func theWorstPlaceIsTold() throws {
    let model = try fixtures.spotter()
    let input = Fixtures.numbers([2, 6, 8])
    try Npy.write(input, to: fixtures.path("x.npy"))
    let output = fixtures.path("y.npy")
    #expect(try Tool.run("run", model, "-i", fixtures.path("x.npy"), "-o", output).status == 0)
    var values = try Npy.read(path: output)
    #expect(values.shape == [2, 6, 3])
    var floats = values.floats
    floats[1 * 18 + 4 * 3 + 2] += 0.25
    values = Tensor(floats, shape: values.shape)
    let golden = fixtures.path("golden.npz")
    try write(["frame": input, "prob": values], to: golden)
    let result = try #require(Tool.run("compare", model, golden, "--json").results().first)
    #expect(result["worst_step"] as? Int == 4)
    #expect(result["worst_index"] as? Int == 2)
    #expect(abs((result["max_abs"] as? Double ?? 0) - 0.25) < 1e-6)
    #expect(try Tool.run("compare", model, golden, "--steps", "4").status == 0)
  }

  @Test func aGoldenFileWithoutTheInputIs65() throws {
    let golden = fixtures.path("golden.npz")
    try write(["other": Fixtures.numbers([3, 8])], to: golden)
    let run = try Tool.run("compare", fixtures.spotter(), golden)
    #expect(run.status == 65)
    #expect(run.errors.contains("'frame'"))
    #expect(run.errors.contains("other"))
  }

  private func arrays(_ path: String) throws -> [String: Tensor] {
    let file = try NpzFile(path: path)
    return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor(named: $0)) })
  }

  private func write(_ arrays: [String: Tensor], to path: String) throws {
    try NpzFile.write(arrays.map { ($0.key, $0.value) }, to: path)
  }
}
