import DataFiles
import Foundation
import Plan
import Testing

@Suite struct CompileTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func oneKindIsTheFileOfO() throws {
    let plan = fixtures.path("out.plan")
    let run = try Tool.run("compile", fixtures.spotter(), "-o", plan)
    #expect(run.status == 0)
    #expect(run.text.contains("target: "))
    #expect(run.text.contains(plan))
    #expect(FileManager.default.fileExists(atPath: plan))
    #expect(try Tool.run("show", plan).text.contains("spotter"))
  }

  @Test func theHeaderStandsBesideTheC() throws {
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", "c", "--target", "generic", "-o",
      fixtures.path("kws.c"))
    #expect(run.status == 0)
    #expect(try files(fixtures.folder.url.path) == ["kws.c", "spotter.h", "spotter.yaml"])
  }

  @Test func severalKindsFillAFolder() throws {
    let folder = fixtures.path("out")
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", "plan,c", "-o", folder, "--prefix", "kws", "--json")
    #expect(run.status == 0)
    #expect(try files(folder) == ["kws.c", "kws.h", "kws.plan"])
    let results = try run.results()
    #expect(results.compactMap { $0["kind"] as? String } == ["plan", "c", "header"])
    #expect(results.allSatisfy { ($0["bytes"] as? Int ?? 0) > 0 && $0["target"] is String })
  }

  @Test func largeWeightsStandInAFileOfTheirOwn() throws {
    let folder = fixtures.path("out")
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", "plan,c", "-o", folder, "--set",
      "dims.hidden=256")
    #expect(run.status == 0)
    #expect(
      try files(folder) == ["spotter.c", "spotter.h", "spotter.plan", "spotter.weights"])
  }

  @Test func aPlanCanBeEmittedAsC() throws {
    let plan = fixtures.path("a.plan")
    #expect(
      try Tool.run("compile", fixtures.spotter(), "-o", plan, "--target", "generic").status == 0)
    let (a, b) = (fixtures.path("a"), fixtures.path("b"))
    #expect(try Tool.run("compile", plan, "--emit", "plan,c", "-o", a).status == 0)
    #expect(
      try Tool.run(
        "compile", fixtures.path("spotter.yaml"), "--emit", "plan,c", "-o", b, "--target",
        "generic"
      ).status == 0)
    let (c, d) = (
      try Data(contentsOf: URL(fileURLWithPath: a + "/spotter.c")),
      try Data(contentsOf: URL(fileURLWithPath: b + "/spotter.c"))
    )
    #expect(c == d)
  }

  @Test func theSameModelGivesTheSameBytes() throws {
    let (a, b) = (fixtures.path("a.plan"), fixtures.path("b.plan"))
    let model = try fixtures.spotter()
    for path in [a, b] { #expect(try Tool.run("compile", model, "-o", path).status == 0) }
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: a)) == Data(contentsOf: URL(fileURLWithPath: b)))
  }

  @Test(arguments: [
    ["--emit", "so"], ["--weights", "none"], ["--emit", "plan,plan"], ["--emit", ""],
    ["--target", "pdp11"],
    ["--prefix", "a-b"], ["-o", "-"], ["--type", "i8"], ["--tuned"],
  ])
  func wrongFlagsAre64(flags: [String]) throws {
    let run = try Tool.run(["compile", try fixtures.spotter()] + flags)
    #expect(run.status == 64)
    #expect(run.errors.contains("Error: "))
  }

  @Test func anUnknownTargetListsTheKnownOnes() throws {
    let run = try Tool.run("compile", fixtures.spotter(), "--target", "x86-64-v5")
    #expect(run.status == 64)
    for word in ["x86-64-v5", "host", "x86-64-v4", "x86-64-v3", "generic"] {
      #expect(run.errors.contains(word))
    }
  }

  @Test func whatCannotBeCreatedIs73() throws {
    let model = try fixtures.spotter()
    #expect(try Tool.run("compile", model, "-o", fixtures.path("no/such/x.plan")).status == 73)
    try fixtures.folder.write("in the way", to: "file")
    let run = try Tool.run("compile", model, "--emit", "plan,c", "-o", fixtures.path("file"))
    #expect(run.status == 73)
    #expect(run.errors.contains("file"))
  }

  @Test func aPlanHasItsTargetInside() throws {
    let plan = fixtures.path("a.plan")
    let model = try fixtures.spotter()
    #expect(try Tool.run("compile", model, "-o", plan, "--target", "generic").status == 0)
    let run = try Tool.run("compile", plan, "--target", "x86-64-v3")
    #expect(run.status == 64)
    #expect(run.errors.contains("scalar"))
    #expect(try Tool.run("show", plan, "--set", "dims.hidden=8").status == 64)
  }

  @Test func aDamagedPlanIs65() throws {
    let plan = fixtures.folder.file("a.plan")
    #expect(try Tool.run("compile", fixtures.spotter(), "-o", plan.path).status == 0)
    var bytes = try Data(contentsOf: plan)
    bytes[bytes.count / 2] ^= 0xFF
    try bytes.write(to: plan)
    for verb in ["show", "bench", "compile"] {
      let run = try Tool.run(verb, plan.path)
      #expect(run.status == 65, "\(verb)")
    }
    #expect(try Tool.run("check", plan.path).status == 1)
  }

  /// With a checksum that fits, so that the names themselves are looked at.
  @Test func aPlanOfUnknownNamesOrSizesIs65() throws {
    let path = fixtures.path("a.plan")
    let input = try fixtures.writeNumbers([2, 8], to: "x.npy")
    #expect(
      try Tool.run("compile", fixtures.spotter(), "-o", path, "--target", "generic").status == 0)
    let file = try PlanFileReader.read(Array(Data(contentsOf: URL(fileURLWithPath: path))))
    var (kernel, isa, size) = (file, file, file)
    let first = try #require(
      kernel.plan.steps.firstIndex { if case .call = $0 { true } else { false } })
    guard case .call(var call) = kernel.plan.steps[first] else { return }
    call.kernel = "gemv_f32"
    kernel.plan.steps[first] = .call(call)
    isa.plan.isa = "avx1024"
    call.kernel = "project_f32"
    call.integers[0] = 4096
    size.plan.steps[first] = .call(call)
    for (name, broken) in [("gemv_f32", kernel), ("avx1024", isa), ("project_f32", size)] {
      try Data(PlanFileWriter.bytes(of: broken)).write(to: URL(fileURLWithPath: path))
      let run = try Tool.run("run", path, "-i", input)
      #expect(run.status == 65)
      #expect(run.errors.contains("'\(name)'"))
      let others = [
        ["compile", path, "-o", fixtures.path("b.plan")], ["show", path, "--stage", "c"],
        ["compile", path, "--emit", "c", "-o", fixtures.path("b.c")], ["show", path],
      ]
      for verb in others { #expect(try Tool.run(verb).status == 65, "\(verb)") }
      #expect(try Tool.run("check", path).status == 1)
    }
  }
}
