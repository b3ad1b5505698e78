import Diagnostics
import Foundation
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
    let text = DiagnosticRenderer().render(error.diagnostics)
    try checkGolden(text, name.split(separator: ".")[0] + ".err")
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
