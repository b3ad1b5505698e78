import Foundation
import Testing

/// `compile --explain` and `--deadline`: what a step takes, and how long it may.
@Suite struct CertificateTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private func result(_ kind: String, _ run: Tool.Run) throws -> [String: Any] {
    try #require(try run.results().first { $0["kind"] as? String == kind })
  }

  @Test(arguments: ["spotter", "filter", "two-ports", "letters"])
  func theCertificateFitsTheModel(name: String) throws {
    let model =
      switch name {
      case "spotter": try fixtures.spotter()
      case "filter": try fixtures.filter()
      case "letters": try fixtures.letters()
      default: try fixtures.twoPorts()
      }
    let folder = fixtures.path("out")
    let run = try Tool.run(
      "compile", model, "--emit", "plan,c", "--prefix", "m", "-o", folder, "--explain", "--json",
      "--target", "generic")
    #expect(run.status == 0, "\(run.errors)")
    let certificate = try result("certificate", run)
    func value(_ key: String) -> Int { certificate[key] as? Int ?? -1 }
    #expect(["allocations", "locks", "system_calls"].allSatisfy { value($0) == 0 })

    #expect(value("stack_bytes") > 100 && value("stack_bytes") < 100_000)
    let source = try String(contentsOfFile: folder + "/m.c", encoding: .utf8)
    #expect(source.contains("m_state_size(void) { return \(value("state_bytes")); }"))
    #expect(source.contains("m_scratch_size(void) { return \(value("scratch_bytes")); }"))
    for line in ["work      \(value("macs_per_step")) multiply", "no allocation, no lock"] {
      #expect(source.contains(line))
    }
    let weights = value("weight_bytes")
    let touched = value("touched_bytes_per_step")
    #expect(
      touched > 0 && touched <= weights + value("state_bytes") + value("scratch_bytes") + 4096)
    if name == "spotter" || name == "filter" {
      // All weights are used in every step; the matrices of other models become tables of rows.
      #expect(touched >= weights)
      let total = try Tool.run("cost", model, "--json").results().last
      #expect(total?["macs_per_step"] as? Int == value("macs_per_step"))
    }
  }

  /// The certificate needs no compiler; without one it says what it does not know.
  @Test func withoutACompilerTheStackIsNotKnown() throws {
    let run = try Tool.run(
      ["compile", try fixtures.spotter(), "--explain", "--json", "-o", fixtures.path("m.plan")],
      environment: ["CC": "no-such-compiler"])
    #expect(run.status == 0)
    let certificate = try result("certificate", run)
    #expect(certificate["stack_bytes"] is NSNull)
    #expect((certificate["stack_source"] as? String ?? "").contains("no-such-compiler"))
  }

  @Test func aDeadlineIsMetOrMissed() throws {
    let plan = fixtures.path("m.plan")
    let run = { (deadline: String) in
      try Tool.run(
        "compile", try fixtures.spotter(), "-o", plan, "--deadline", deadline, "--json")
    }
    let met = try run("1e9")
    #expect(met.status == 0)
    let outcome = try result("deadline", met)
    let (p999, longest) = (
      outcome["p999_us"] as? Double ?? -1, outcome["longest_us"] as? Double ?? -1
    )
    #expect(0 < p999 && p999 <= longest && longest < 1e9)
    #expect(outcome["steps"] as? Int ?? 0 > 1000 && outcome["ok"] as? Bool == true)
    let missed = try run("0.001")
    #expect(missed.status == 1)
    #expect(try result("deadline", missed)["ok"] as? Bool == false)
    #expect(FileManager.default.fileExists(atPath: plan))
  }

  @Test(arguments: ["0", "-1", "nan", "soon", "inf"])
  func badDeadlinesAre64(deadline: String) throws {
    #expect(try Tool.run("compile", fixtures.spotter(), "--deadline", deadline).status == 64)
  }

  @Test func aDeadlineNeedsThisMachine() throws {
    let plan = fixtures.path("m.plan")
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--target", "armv8-a", "--deadline", "100", "-o", plan)
    #expect(run.status == 69 && run.errors.contains("--deadline measures on this machine"))
    #expect(!FileManager.default.fileExists(atPath: plan))
  }
}
