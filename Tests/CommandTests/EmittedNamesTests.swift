import Foundation
import TestSupport
import Testing

/// Names that users give, as names of C and of files: long ones, odd ones, those that meet others.
@Suite struct EmittedNamesTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: fixtures.folder.url.path)) ?? [])
      .sorted()
  }

  private func model(named name: String, inputs: [String]) throws -> String {
    let ports = inputs.map { "  \($0): {shape: [2]}" }.joined(separator: "\n")
    return try fixtures.folder.write(
      """
      format: 1
      name: \(name)
      weights: {init: uniform}
      inputs:
      \(ports)
      layers:
        - concat: all
          from: [\((inputs + inputs.prefix(1)).joined(separator: ", "))]
        - lstm: rnn
          hidden: 5
      outputs: {y: {from: rnn}}

      """, to: "m.yaml")
  }

  @Test(arguments: ["generic"] + (isX86 ? ["x86-64-v4,x86-64-v3,x86-64-v2"] : []))
  func aLongPrefixIsAName(target: String) throws {
    let run = try Tool.run(
      "compile", model(named: "m", inputs: ["x"]), "--emit", "obj", "-o", fixtures.path("m.o"),
      "--prefix", String(repeating: "q", count: 100), "--target", target, "--openmp")
    #expect(run.status == 0, "\(run.errors)")
  }

  /// As fields of a struct all of these would be `p_a_b`, or what tells them apart.
  @Test func inputsKeepApart() throws {
    let model = try model(named: "m", inputs: ["a-b", "a_b", "a_b_1", "a_b_0"])
    let run = try Tool.run("compile", model, "--emit", "obj", "-o", fixtures.path("m.o"))
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func theKernelsKeepTheirNames() throws {
    let model = try model(named: "v", inputs: ["x"])
    let run = try Tool.run("compile", model, "--emit", "obj", "-o", fixtures.path("v.o"))
    #expect(run.status == 0 && files.contains("v_model.h"), "\(run.errors)")
    let refused = try Tool.run(
      "compile", model, "--emit", "obj", "-o", fixtures.path("v.o"), "--prefix", "v")
    #expect(refused.status == 64 && refused.errors.contains("'v_model' can"))
  }

  private static var isX86: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }

  @Test func twoFilesOfOneNameAre64() throws {
    let model = try model(named: "m", inputs: ["x"])
    let run = try Tool.run("compile", model, "--emit", "c", "-o", fixtures.path("m.h"))
    #expect(run.status == 64 && run.errors.contains("would both be"), "\(run.errors)")
    let text = try String(contentsOfFile: model, encoding: .utf8)
    let own = try Tool.run("compile", model, "--emit", "c", "-o", model)
    #expect(own.status == 64 && own.errors.contains("is the model"), "\(own.errors)")
    #expect(try String(contentsOfFile: model, encoding: .utf8) == text)
    #expect(files == ["m.yaml"])
  }

  @Test func aFolderInTheWayLeavesNothing() throws {
    let model = try model(named: "m", inputs: ["x"])
    try FileManager.default.createDirectory(
      atPath: fixtures.path("out/m.o"), withIntermediateDirectories: true)
    let run = try Tool.run("compile", model, "--emit", "plan,c,obj", "-o", fixtures.path("out"))
    #expect(run.status == 73, "\(run.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixtures.path("out")) == ["m.o"])
  }

  /// It says that it is done, and nothing is there.
  @Test func aCompilerThatMakesNothingIs69() throws {
    let model = try model(named: "m", inputs: ["x"])
    let path = try fixtures.folder.write(
      """
      #!/bin/sh
      case " $* " in *" -c "*) exit 0 ;; esac
      echo 'a warning' >&2
      exec cc "$@"
      """, to: "cc")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let run = try Tool.run(
      ["compile", model, "--emit", "c,obj", "-o", fixtures.path("out")], environment: ["CC": path])
    #expect(run.status == 69 && run.errors.contains("made nothing"), "\(run.errors)")
    #expect(files == ["cc", "m.yaml"])
  }
}
