import Testing

@Suite struct EnvTests {
  @Test func printsTheMachineForPeople() throws {
    let run = try Tool.run("env")
    #expect(run.status == 0)
    for word in ["rnnc", "CPU", "cache", "C compiler"] { #expect(run.text.contains(word)) }
  }

  @Test func printsOneDocument() throws {
    let document = try Tool.run("env", "--json").json()
    #expect(Set(document.keys) == ["schema", "tool", "environment", "results", "warnings"])
    #expect(document["schema"] as? String == "rnnc.env/1")
    let result = try #require((document["results"] as? [[String: Any]])?.first)
    for key in ["version", "os", "arch", "cpu", "cores", "caches", "compilers"] {
      #expect(result[key] != nil, "'\(key)' is missing")
    }
  }

  /// Before ten seconds of measuring, not after.
  @Test func aMachineFileNeedsAPlace() throws {
    #expect(try Tool.run("env", "-o", "machine.json").status == 64)
    let nowhere = try Tool.run("env", "--measure", "-o", "/nowhere/machine.json")
    #expect(nowhere.status == 73)
    #expect(nowhere.errors.contains("/nowhere/machine.json"))
    let homeless = try Tool.run(
      ["env", "--measure", "--json"], environment: ["XDG_CACHE_HOME": "/dev/null"])
    #expect(homeless.status == 73)
    #expect(homeless.text.contains("-o FILE"))
    let isa = try Tool.run(
      ["env", "--measure", "-o", "/dev/null"], environment: ["RNNC_ISA": "none"])
    #expect(isa.status == 69)
  }

  /// --color > FORCE_COLOR > NO_COLOR > TERM=dumb > isatty; stdout is a file here.
  @Test(
    arguments: [
      ([], [:], false),
      ([], ["FORCE_COLOR": "1"], true),
      ([], ["FORCE_COLOR": "0"], false),
      ([], ["FORCE_COLOR": "1", "NO_COLOR": "1"], true),
      ([], ["FORCE_COLOR": "1", "TERM": "dumb"], true),
      (["--color", "never"], ["FORCE_COLOR": "1"], false),
      (["--color", "always"], ["NO_COLOR": "1"], true),
      (["--color", "auto"], ["NO_COLOR": "1"], false),
    ] as [([String], [String: String], Bool)])
  func colorsFollowTheirOrder(
    arguments: [String], environment: [String: String], isColored: Bool
  ) throws {
    let run = try Tool.run(["env"] + arguments, environment: environment)
    #expect(run.text.contains("\u{1B}[") == isColored)
  }
}
