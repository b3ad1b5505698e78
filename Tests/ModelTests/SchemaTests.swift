import Diagnostics
import Foundation
import Model
import TestSupport
import Testing

/// The published schema is the reader's own, and agrees with the reader about documents.
@Suite struct SchemaTests {
  static let file = SharedData.packageRoot
    .appendingPathComponent("Schema/rnnc-description-1.schema.json")

  private func read(_ text: String) throws -> SyntaxNode {
    try SyntaxReader.read(Array(text.utf8), name: "schema")
  }

  /// The published schema, read once. RNNC_UPDATE_GOLDEN=1 rewrites the file.
  static let published = Result {
    if ProcessInfo.processInfo.environment["RNNC_UPDATE_GOLDEN"] == "1" {
      try JSONSchema.text.write(to: file, atomically: true, encoding: .utf8)
    }
    return try SyntaxReader.read([UInt8](Data(contentsOf: file)), name: "schema")
  }

  /// A cell or structure that is registered but not published yet changes no definition.
  @Test func publishedDefinitionsAreTheReaders() throws {
    let (published, generated) = (try Self.published.get(), try read(JSONSchema.text))
    for entry in try #require(published.entries) where entry.key != "$defs" {
      #expect(generated[entry.key].map(isSame(entry.value)) == true, "\(entry.key)")
    }
    let definitions = try #require(generated["$defs"])
    for entry in try #require(published["$defs"]?.entries) {
      let own = try #require(definitions[entry.key], "'\(entry.key)' is published but gone")
      if ["activation", "layer", "matrix", "side"].contains(entry.key) {
        let (old, new) = (choices(entry.value), choices(own))
        #expect(!old.isEmpty && old.isSubset(of: new), "\(entry.key)")
      } else {
        #expect(isSame(entry.value)(own), "\(entry.key)")
      }
    }
  }

  /// The words or references of a list that grows.
  private func choices(_ definition: SyntaxNode) -> Set<String> {
    let items = definition["enum"]?.items ?? definition["anyOf"]?.items ?? []
    return Set(items.compactMap { $0.text ?? $0["$ref"]?.text })
  }

  private func isSame(_ a: SyntaxNode) -> (SyntaxNode) -> Bool {
    { b in
      switch (a.content, b.content) {
      case (.scalar(let x, let p), .scalar(let y, let q)): x == y && p == q
      case (.list(let x), .list(let y)):
        x.count == y.count && zip(x, y).allSatisfy { isSame($0)($1) }
      case (.map(let x), .map(let y)):
        x.map(\.key) == y.map(\.key) && zip(x, y).allSatisfy { isSame($0.value)($1.value) }
      default: false
      }
    }
  }

  @Test(arguments: GoodDescriptionTests.names) func acceptsWhatTheReaderAccepts(
    name: String
  ) throws {
    let validator = SchemaValidator(root: try Self.published.get())
    let bytes = try [UInt8](Data(contentsOf: goldenFile(name)))
    #expect(validator.accepts(try SyntaxReader.read(bytes, name: name)))
  }

  /// What needs names, spans or arithmetic to see.
  static let readerOnly: Set<String> = [
    "bad/layer_kind_not_first.yaml", "bad/size_unknown_dim.yaml", "bad/size_fraction.yaml",
  ]

  @Test(arguments: BadDescriptionTests.names) func refusesWhatTheReaderRefuses(
    name: String
  ) throws {
    let bytes = try [UInt8](Data(contentsOf: goldenFile(name)))
    guard let root = try? SyntaxReader.read(bytes, name: name) else { return }
    let validator = SchemaValidator(root: try Self.published.get())
    do {
      _ = try DescriptionReader.read(root, defaultName: "stem")
      #expect(validator.accepts(root), "the schema refuses what only the checker may")
    } catch {
      #expect(validator.accepts(root) == Self.readerOnly.contains(name))
    }
  }
}
