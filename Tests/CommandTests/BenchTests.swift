import Foundation
import Testing

@Suite struct BenchTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  static let keys: Set<String> = [
    "model", "threads", "mode", "steps", "p50_us", "p90_us", "p99_us", "p999_us", "max_us",
    "mean_us", "samples_us",
  ]

  @Test func stepsAreMeasured() throws {
    let run = try Tool.run("bench", fixtures.spotter(), "--steps", "2000", "--json")
    #expect(run.status == 0)
    let result = try #require(run.results().first)
    #expect(Self.keys.isSubset(of: result.keys))
    #expect(result["model"] as? String == "spotter")
    #expect(result["mode"] as? String == "step")
    #expect(result["threads"] as? Int == 1)
    let samples = try #require(result["samples_us"] as? [Double])
    let perSample = try #require(result["steps_per_sample"] as? Int)
    #expect(samples.count * perSample == result["steps"] as? Int)
    #expect(samples.allSatisfy { $0 > 0 })
    let order = ["p50_us", "p90_us", "p99_us", "p999_us", "max_us"].compactMap {
      result[$0] as? Double
    }
    #expect(order == order.sorted() && order.count == 5)
    #expect(samples.max() == result["max_us"] as? Double)
  }

  @Test func denseTwinsAndSequencesMultiply() throws {
    let run = try Tool.run(
      "bench", fixtures.spotter(), "--duration", "0.02", "--warmup", "1", "--dense",
      "--sequence", "5,10", "--json")
    #expect(run.status == 0)
    let results = try run.results()
    #expect(
      results.compactMap { $0["model"] as? String }
        == ["spotter", "spotter", "spotter (dense twin)", "spotter (dense twin)"])
    #expect(results.allSatisfy { $0["mode"] as? String == "sequence" })
  }

  @Test func threadsMultiply() throws {
    let run = try Tool.run(
      "bench", fixtures.spotter(), "--duration", "0.01", "-t", "1,2", "--sequence", "5,10", "--json"
    )
    #expect(run.status == 0)
    #expect(try run.results().compactMap { $0["threads"] as? Int } == [1, 1, 2, 2])
  }

  /// A small model stays at one thread, and the number that was used is shown.
  @Test func anAutomaticNumberOfThreadsIsShown() throws {
    let run = try Tool.run(
      "bench", fixtures.spotter(), "--duration", "0.01", "-t", "auto,2", "--spin", "0", "--json")
    #expect(run.status == 0)
    #expect(try run.results().compactMap { $0["threads"] as? Int } == [1, 2])
  }

  @Test func peopleGetATableWithUnits() throws {
    let run = try Tool.run(
      "bench", fixtures.spotter(), fixtures.letters(), "--duration", "0.01", "--seed", "7")
    #expect(run.status == 0)
    for word in ["p50 [us/step]", "p99.9", "spotter", "letters", "timed at once"] {
      #expect(run.text.contains(word))
    }
    #expect(run.errors.contains("seed 7"))
    #expect(run.errors.contains("target: "))
  }

  @Test(arguments: [
    ["--steps", "0"], ["--duration", "-1"], ["--duration", "1", "--steps", "5"],
    ["--sequence", "0"], ["--sequence", "5,"], ["-t", "0"], ["-t", "2,"],
    ["-t", "257"], ["-t", "automatic"], ["--spin", "-1"], ["--spin", "1000001"], [],
  ])
  func wrongFlagsAre64(flags: [String]) throws {
    let models = flags.isEmpty ? [] : [try fixtures.spotter()]
    #expect(try Tool.run(["bench"] + models + flags).status == 64)
  }

  @Test func aPlanHasNoDenseTwin() throws {
    let plan = fixtures.path("a.plan")
    #expect(try Tool.run("compile", fixtures.spotter(), "-o", plan).status == 0)
    #expect(try Tool.run("bench", plan, "--dense").status == 64)
    #expect(try Tool.run("bench", plan, "--steps", "10").status == 0)
  }
}
