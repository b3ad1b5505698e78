import Foundation
import Testing

/// `compile --tune`, `--explain` and `--type`.
@Suite struct TuneTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private func calls(_ run: Tool.Run) throws -> [[String: Any]] {
    try run.results().filter { $0["kind"] as? String == "call" }
  }

  @Test func explainNamesEveryMatrix() throws {
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--explain", "--json", "-o", fixtures.path("m.plan"))
    #expect(run.status == 0)
    let calls = try calls(run)
    #expect(calls.count == 3)
    #expect(calls.contains { ($0["kernel"] as? String ?? "").hasPrefix("recurrent_lstm") })
    for call in calls {
      #expect([1, 2, 4].contains(call["interleave"] as? Int ?? 0))
      #expect([0, 1].contains(call["serpentine"] as? Int ?? -1))
      #expect(call["measured"] as? Bool == false && call["ratio"] is NSNull)
    }
  }

  /// A tuned plan holds its choices, says so, and gives the same numbers to the last bit.
  @Test func aTunedPlanChangesNoBit() throws {
    let (plain, tuned) = (fixtures.path("plain.plan"), fixtures.path("tuned.plan"))
    let model = try fixtures.spotter()
    #expect(try Tool.run("compile", model, "-o", plain).status == 0)
    let start = ContinuousClock.now
    let run = try Tool.run("compile", model, "--tune", "--explain", "--json", "-o", tuned)
    #expect(run.status == 0 && ContinuousClock.now - start < .seconds(15))
    #expect(try calls(run).allSatisfy { $0["measured"] as? Bool == true })
    #expect(
      try Tool.run("compare", plain, tuned, "--atol", "0", "--rtol", "0", "--steps", "200").status
        == 0)
    let replayed = try Tool.run("compile", tuned, "--explain", "--json", "-o", plain)
    let walks = { (calls: [[String: Any]]) in calls.map { $0["interleave"] as? Int } }
    #expect(try walks(self.calls(replayed)) == walks(self.calls(run)))
  }

  /// Threads are measured, or the cost model's number stays: a model too large for the time is not left
  /// at one thread. It would take 40 s without an end to each comparison.
  @Test func tuningALargeModelEndsAndKeepsWhatItDidNotMeasure() throws {
    let text = """
      format: 1
      weights: {init: uniform, seed: 1}
      inputs: {x: {type: f32, shape: [512]}}
      layers: [{lstm: r, hidden: 512, layers: 3}]
      outputs: {y: {from: r}}

      """
    let model = fixtures.path("large.yaml")
    try Data(text.utf8).write(to: URL(filePath: model))
    func threads(_ flags: String...) throws -> [String: Any] {
      let run = try Tool.run(
        ["compile", model, "--explain", "--json", "-o", fixtures.path("m.plan")] + flags)
      #expect(run.status == 0)
      return try #require(run.results().first { $0["kind"] as? String == "threads" })
    }
    let predicted = try threads()
    #expect(predicted["measured"] as? Bool == false)
    let start = ContinuousClock.now
    let tuned = try threads("--tune")
    #expect(ContinuousClock.now - start < .seconds(20))
    if tuned["measured"] as? Bool == false {
      #expect(tuned["sequence"] as? Int == predicted["sequence"] as? Int)
    }
    #expect(tuned["step"] as? Int == predicted["step"] as? Int)
  }

  /// A plan is for one instruction set; another that the environment names is no silent wish.
  @Test func anotherForcedInstructionSetIsRefused() throws {
    let plan = fixtures.path("m.plan")
    #expect(
      try Tool.run("compile", fixtures.spotter(), "--target", "generic", "-o", plan).status == 0)
    let run = try Tool.run(
      ["bench", plan, "--steps", "5"], environment: ["RNNC_ISA": "generic16"])
    #expect(run.status == 64 && run.errors.contains("is compiled for 'scalar'"))
    #expect(
      try Tool.run(["bench", plan, "--steps", "5"], environment: ["RNNC_ISA": "scalar"]).status
        == 0)
  }

  @Test func tuningNeedsThisMachine() throws {
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--tune", "--target", "armv8-a", "-o",
      fixtures.path("m.plan"))
    #expect(run.status == 69 && run.errors.contains("--tune measures on this machine"))
    #expect(!FileManager.default.fileExists(atPath: fixtures.path("m.plan")))
  }

  @Test func halfTheBytesKeepTheNumbersClose() throws {
    let (full, half) = (fixtures.path("full.plan"), fixtures.path("half.plan"))
    let model = try fixtures.spotter()
    #expect(try Tool.run("compile", model, "-o", full).status == 0)
    let run = try Tool.run("compile", model, "--type", "bf16", "-o", half)
    #expect(run.status == 0 && run.text.contains("bf16 weights"))
    let close = try Tool.run("compare", full, half, "--atol", "0.02", "--steps", "50")
    #expect(close.status == 0, "\(close.text)")
    #expect(try Tool.run("compare", full, half, "--atol", "1e-7", "--rtol", "0").status == 1)
    let other = try Tool.run("bench", half, "--type", "f32", "--steps", "10")
    #expect(other.status == 64 && other.errors.contains("has bf16 weights"))
    #expect(try Tool.run("compile", model, "--type", "f8", "-o", half).status == 64)
  }

  @Test func costCountsHalfTheBytes() throws {
    let model = try fixtures.spotter()
    let (full, half) = (
      try Tool.run("cost", model, "--json").results(),
      try Tool.run("cost", model, "--json", "--type", "bf16").results()
    )
    for (a, b) in zip(full, half) {
      for key in ["weight_bytes", "dense_weight_bytes"] {
        #expect(a[key] as? Int == 2 * (b[key] as? Int ?? -1))
      }
      #expect(a["macs_per_step"] as? Int == b["macs_per_step"] as? Int)
    }
  }
}
