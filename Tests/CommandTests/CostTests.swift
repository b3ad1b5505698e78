import Foundation
import Testing

@Suite struct CostTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  static let keys: Set<String> = [
    "layer", "kind", "structure", "inputs", "outputs", "parameters", "macs_per_step",
    "weight_bytes", "state_bytes", "dense_parameters", "dense_macs_per_step",
    "dense_weight_bytes", "predicted_us", "dense_predicted_us", "residency",
  ]

  /// n = 16, d = 8, 4 gates, 4 blocks: 4 (16 8 + 16 4) multiply-accumulates.
  @Test func costsFollowTheFormulas() throws {
    let run = try Tool.run("cost", fixtures.spotter(), "--json")
    #expect(run.status == 0)
    let results = try run.results()
    for result in results { #expect(Set(result.keys) == Self.keys) }
    #expect(results.compactMap { $0["layer"] as? String } == ["rnn", "head", "prob", "total"])
    let rnn = results[0]
    let macs = 4 * (16 * 8 + 16 * 4)
    let dense = 4 * (16 * 8 + 16 * 16)
    #expect(rnn["structure"] as? String == "input=dense;recurrent=block_diagonal(4)")
    #expect(rnn["macs_per_step"] as? Int == macs)
    #expect(rnn["weight_bytes"] as? Int == 4 * macs)
    #expect(rnn["dense_macs_per_step"] as? Int == dense)
    #expect(rnn["parameters"] as? Int == macs + 8 * 16)
    #expect(rnn["state_bytes"] as? Int == 4 * 2 * 16)
    #expect(rnn["predicted_us"] is NSNull)
    #expect(results[3]["macs_per_step"] as? Int == macs + 48)
    if let residency = rnn["residency"] as? String {
      #expect(["L1", "L2", "L3", "L4", "memory"].contains(residency))
    }
  }

  @Test func sweepsMultiply() throws {
    let run = try Tool.run(
      "cost", fixtures.spotter(), "--sweep", "rnn.recurrent.blocks=1,2,8", "--sweep",
      "rnn.input.blocks=1,4", "--json")
    #expect(run.status == 0)
    let totals = try run.results().filter { $0["layer"] as? String == "rnn" }
    #expect(totals.count == 6)
    let pairs = totals.map { result in
      let sweep = result["sweep"] as? [String: Int] ?? [:]
      return [sweep["rnn.recurrent.blocks"] ?? 0, sweep["rnn.input.blocks"] ?? 0]
    }
    #expect(pairs == [[1, 1], [1, 4], [2, 1], [2, 4], [8, 1], [8, 4]])
    for (pair, result) in zip(pairs, totals) {
      let macs = 4 * (16 * 8 / pair[1] + 16 * 16 / pair[0])
      #expect(result["macs_per_step"] as? Int == macs)
    }
    let text = try Tool.run(
      "cost", fixtures.spotter(), "--sweep", "rnn.recurrent.blocks=2,4")
    #expect(text.text.split(separator: "\n").count == 3)
  }

  /// `groups` is another word for `blocks`.
  @Test func sweepsKnowSynonyms() throws {
    func macs(_ key: String) throws -> [Int] {
      let run = try Tool.run(
        "cost", fixtures.spotter(), "--sweep", "rnn.recurrent.\(key)=2,4", "--json")
      #expect(run.status == 0)
      return try run.results().compactMap { $0["macs_per_step"] as? Int }
    }
    #expect(try macs("groups") == macs("blocks"))
  }

  @Test(arguments: [["blocks=1,2", "blocks=4"], ["blocks=1,2", "groups=4"]])
  func oneNumberIsSweptOnce(sweeps: [String]) throws {
    let flags = sweeps.flatMap { ["--sweep", "rnn.recurrent.\($0)"] }
    let run = try Tool.run(["cost", fixtures.spotter()] + flags)
    #expect(run.status == 64 && run.text.isEmpty)
  }

  @Test func aPlanHasNothingToSweep() throws {
    let plan = fixtures.path("a.plan")
    #expect(try Tool.run("compile", fixtures.spotter(), "-o", plan).status == 0)
    let run = try Tool.run("cost", plan, "--sweep", "rnn.recurrent.blocks=2")
    #expect(run.status == 64)
    #expect(run.errors.contains("compiled plan"))
  }

  @Test func sweepsWorkOnTrainedWeights() throws {
    // The file's weights have one structure only; a sweep counts shapes.
    let text = try String(contentsOfFile: fixtures.spotter(), encoding: .utf8)
      .replacing("{init: uniform, seed: 1}", with: "trained.safetensors")
    let path = try fixtures.folder.write(text, to: "trained.yaml")
    #expect(try Tool.run("cost", path, "--sweep", "rnn.recurrent.blocks=2").status == 0)
    #expect(try Tool.run("cost", path).status == 66)
  }

  @Test func setChangesTheWidth() throws {
    let run = try Tool.run("cost", fixtures.spotter(), "--set", "dims.hidden=32", "--json")
    let result = try #require(run.results().first)
    #expect(result["macs_per_step"] as? Int == 4 * (32 * 8 + 32 * 8))
  }

  @Test(arguments: [
    "rnn.recurrent.blocks", "rnn.recurrent.blocks=", "rnn.recurrent.blocks=0",
    "rnn.recurrent.blocks=2,,4", "blocks=2", "=2", "rnn..blocks=2",
  ])
  func malformedSweepsAre64(sweep: String) throws {
    #expect(try Tool.run("cost", fixtures.spotter(), "--sweep", sweep).status == 64)
  }

  @Test(arguments: [
    ("nnr.recurrent.blocks=2", "'rnn'", 64), ("rnn.sideways.blocks=2", "recurrent", 64),
    ("rnn.recurrent.blobs=2", "blocks", 64), ("rnn.recurrent.blocks=5", "16", 65),
  ])
  func impossibleSweepsSayWhatIsPossible(sweep: String, word: String, status: Int32) throws {
    let run = try Tool.run("cost", fixtures.spotter(), "--sweep", sweep)
    #expect(run.status == status)
    #expect(run.errors.contains(word))
  }

  @Test func peopleGetUnits() throws {
    let run = try Tool.run("cost", fixtures.spotter())
    for word in ["MACs/step", "[bytes]", "total", "fits"] { #expect(run.text.contains(word)) }
  }
}
