import DataFiles
import Foundation
import TestSupport
import Testing

/// What the README shows is run here.
@Suite struct ReadmeTests {
  let fixtures: Fixtures
  private let text: String

  init() throws {
    fixtures = try Fixtures()
    let file = SharedData.packageRoot.appending(path: "README.md")
    text = try String(contentsOf: file, encoding: .utf8)
  }

  /// The first fenced block in `language`.
  private func block(_ language: String) throws -> String {
    let start = try #require(text.range(of: "```\(language)\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    return String(text[start.upperBound..<end.lowerBound])
  }

  /// The README's model, before training.
  private func writeModel() throws {
    let trained = "weights: spotter.safetensors "
    let description = try block("yaml")
    try #require(description.contains(trained))
    try fixtures.folder.write(
      description.replacingOccurrences(of: trained, with: "weights: {init: uniform, seed: 1} "),
      to: "model.yaml")
  }

  @Test func everyCommandWorks() throws {
    try writeModel()
    try Npy.write(Fixtures.numbers([20, 40]), to: fixtures.path("frames.npy"))
    try NpzFile.write(
      [("frame", Fixtures.numbers([20, 40]))], to: fixtures.path("frames.npz"))
    let recorded = try Tool.shell(
      "cd '\(fixtures.path("."))' && $RNNC run model.yaml -i frames.npz -o golden.npz")
    #expect(recorded.status == 0, "\(recorded.errors)")
    let prob = try NpzFile(path: fixtures.path("golden.npz")).tensor(named: "prob")
    try NpzFile.write(
      [("frame", Fixtures.numbers([20, 40])), ("prob", prob)], to: fixtures.path("golden.npz"))
    let commands = try block("sh").split(separator: "\n")
    #expect(commands.count >= 7)
    for command in commands {
      let quick = command.hasPrefix("rnnc bench") ? " --duration 0.01" : ""
      let line = command.split(separator: "#")[0] + quick
      let run = try Tool.shell("cd '\(fixtures.path("."))' && $RNNC\(line.dropFirst(4))")
      #expect(run.status == 0, "\(command): \(run.errors)")
    }
  }

  @Test func theExampleInCCompiles() throws {
    try writeModel()
    let program = "static int next_frame(float *frame) { return frame[0] = 0, 0; }\n"
    try fixtures.folder.write(program + (try block("c")), to: "listen.c")
    let build = try Tool.shell(
      "cd '\(fixtures.path("."))' && $RNNC compile model.yaml --emit c -o spotter.c"
        + " && gcc -Wall -Wextra -Werror -c listen.c spotter.c")
    #expect(build.status == 0, "\(build.errors)")
  }
}
