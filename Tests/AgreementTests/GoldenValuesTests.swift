import IR
import Model
import Reference
import TestSupport
import Testing

/// The golden rows of the specification's table (confirmed with a second framework), which fix
/// gate orders, biases and conventions from outside.
@Suite struct GoldenValuesTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var keyword: String
    var words: [String: String] = [:]
    var flags: Set<String> = []
    var structure: MatrixStructure = .dense(Dense())
    var h: [Double]
    var c: [Double]?
  }

  static let rows = [
    Row(
      testDescription: "lstm, peepholes", keyword: "lstm", flags: ["peepholes"],
      h: [0.47922216, -0.11907798, -0.22437017, -0.02274376],
      c: [0.92661398, -0.31639968, -0.47886346, -0.02971104]),
    Row(
      testDescription: "lstm", keyword: "lstm",
      h: [0.38776231, -0.09235487, -0.15807585, -0.01375201],
      c: [0.80694545, -0.23999464, -0.37186779, -0.01821936]),
    Row(
      testDescription: "lstm, 2 blocks", keyword: "lstm",
      structure: .blockDiagonal(BlockDiagonal(blocks: 2)),
      h: [0.40675182, -0.04903531, -0.11219399, 0.03423476]),
    Row(
      testDescription: "lstm, diagonal", keyword: "lstm", structure: .diagonal(Diagonal()),
      h: [0.41190572, 0.05349611, -0.10713923, 0.03652676]),
    Row(
      testDescription: "gru, reset after", keyword: "gru", words: ["reset": "after"],
      h: [0.30965846, -0.12823352, -0.43897766, -0.0244983]),
    Row(
      testDescription: "gru, reset before", keyword: "gru", words: ["reset": "before"],
      h: [0.40934686, -0.11208527, -0.65159701, -0.01163668]),
  ]

  /// The weights are rounded to f32: 3e-8 relative each, damped by the gates.
  static let tolerance = 5e-8

  @Test(arguments: rows)
  func referenceGivesTheGoldenRow(row: Row) throws {
    let cell = CellChoices.make(row.keyword, words: row.words, flags: row.flags)
    var model = try ReferenceModel(GoldenValues.graph(cell, recurrent: row.structure))
    let y = try model.run(["x": GoldenValues.input], steps: GoldenValues.steps)["y"]!
    expectClose(Array(y.suffix(GoldenValues.hidden)), row.h, absolute: Self.tolerance)
    guard let c = row.c else { return }
    expectClose(model.states.first { $0.name == "layer.c_l0" }!.value, c, absolute: 5e-8)
  }
}
