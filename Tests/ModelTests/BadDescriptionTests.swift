import Diagnostics
import Foundation
import IR
import Model
import TestSupport
import Testing

/// `Golden/bad` holds one description per rejection rule, and beside it all that `check` says.
@Suite struct BadDescriptionTests {
  static let names = ["yaml", "json"].flatMap { goldenNames(withExtension: $0) }
    .filter { $0.hasPrefix("bad/") }

  @Test(arguments: names) func saysWhereWhatAndHow(name: String) throws {
    let bytes = try [UInt8](Data(contentsOf: goldenFile(name)))
    let shown = name.split(separator: "/").last.map(String.init) ?? name
    let error = try #require(throws: InputError.self) { _ = try load(bytes, name: shown) }
    #expect(error.kind == .malformed)
    #expect(error.diagnostics.contains { $0.severity == .error })
    let text = withoutRegistries(DiagnosticRenderer().render(error.diagnostics))
    try checkGolden(text, name.split(separator: ".")[0] + ".err")
  }

  /// Lists of cells, structures and activations grow without a change here.
  private func withoutRegistries(_ text: String) -> String {
    text.replacing(/note: the kinds are .*/, with: "note: the kinds are ...")
      .replacing(/'structure' takes .*, not/, with: "'structure' takes ..., not")
      .replacing(/'(kind|activation)' takes .*, not/) { "'\($0.output.1)' takes ..., not" }
  }

  @Test func theListsAreWhole() throws {
    func message(_ layer: String) throws -> String {
      let text = "format: 1\ninputs: {x: {shape: [2]}}\nlayers: [\(layer)]\noutputs: {y: {from: l}}"
      let error = try #require(throws: InputError.self) { _ = try load(Array(text.utf8)) }
      return DiagnosticRenderer().render(error.diagnostics)
    }
    let kinds = try message("{lstn: l}")
    for word in LayerWord.all { #expect(kinds.contains("'\(word.keyword)'")) }
    let structures = try message("{lstm: l, hidden: 2, recurrent: {structure: no}}")
    for kind in MatrixStructure.kinds {
      for word in [kind.keyword] + kind.synonyms { #expect(structures.contains("'\(word)'")) }
    }
    let activations = try message("{activation: l, kind: no}")
    for function in Activation.Function.allCases {
      #expect(activations.contains("'\(function.rawValue)'"))
    }
  }

  @Test func everyErrorHasItsDescription() {
    let errors = goldenNames(withExtension: "err").filter { $0.hasPrefix("bad/") }
    let stems = Set(Self.names.map { $0.split(separator: ".")[0] })
    #expect(errors.allSatisfy { stems.contains($0.split(separator: ".")[0]) })
  }
}

/// Loads a description whose weights, if it names a file, are not there.
func load(_ bytes: [UInt8], name: String = "model.yaml") throws(InputError) -> LoadedModel {
  try ModelLoader.load(text: bytes, name: name) { file throws(InputError) in
    throw InputError(.missing, .error(file.span, "no weights in this test"))
  }
}

/// Loads a description with weights from memory.
func load(
  _ text: String, _ weights: TensorDictionary, options: LoadOptions = LoadOptions()
) throws(InputError) -> LoadedModel {
  try ModelLoader.load(text: Array(text.utf8), name: "model.yaml", options: options) { _ in weights
  }
}
