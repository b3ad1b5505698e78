import Diagnostics
import Foundation
import Model
import Tensors
import TestSupport
import Testing

/// Damaged descriptions: whatever comes in, a model or one clean error comes out.
@Suite struct MutationTests {
  static let words = [
    "{", "}", "[", "]", ":", ": ", ",", "-", "- ", "\n", "  ", "\t", "#", "&a ", "*a", "!!int ",
    "\"",
    "'", "|", "? ", "---\n", "null", "true", "0", "-1", "1048576", "99999999999999999999", "1e308",
    ".nan", "dense", "diagonal", "block_diagonal", "blocks", "from", "lstm", "linear", "\u{0}",
    "\u{85}",
    "é", "\r", "name", "<<: ",
  ].map { Array($0.utf8) }

  @Test(arguments: GoodDescriptionTests.names) func nothingBreaksTheReader(name: String) throws {
    let good = try [UInt8](Data(contentsOf: goldenFile(name)))
    var random = SeededRandom(seed: UInt64(name.utf8.count))
    for round in 0..<600 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
      do {
        try read(bytes)
      } catch {
        #expect(!error.diagnostics.isEmpty, "round \(round) of \(name)")
        #expect(error.diagnostics.allSatisfy { !$0.message.isEmpty })
        _ = DiagnosticRenderer().render(error.diagnostics)
      }
    }
  }

  private func read(_ bytes: [UInt8]) throws(InputError) {
    let root = try SyntaxReader.read(bytes, name: "mutated")
    let description = try DescriptionReader.read(root, defaultName: "stem")
    let (graph, diagnostics) = GraphChecker.check(description)
    guard let graph else { throw InputError(.malformed, diagnostics) }
    // Larger models are sound, too, but their weights take a debug build too long.
    if graph.layers.reduce(0, { $0 + $1.width }) < 500 { _ = try load(bytes) }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    let at = Int.random(in: 0..<max(1, bytes.count), using: &random)
    let end = min(bytes.count, at + Int.random(in: 1...12, using: &random))
    guard at < end else { return }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes.removeSubrange(at..<end)
    case 1:
      bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &random))
    case 2: bytes[at] = UInt8.random(in: 0...255, using: &random)
    case 3: bytes.replaceSubrange(at..<end, with: Self.words.randomElement(using: &random)!)
    default: bytes.insert(contentsOf: Self.words.randomElement(using: &random)!, at: at)
    }
  }

  /// What the prescan lets through stays within its limits after parsing, too.
  @Test func thePrescanBoundsTheTree() throws {
    var random = SeededRandom(seed: 11)
    for _ in 0..<3000 {
      let count = Int.random(in: 1...40, using: &random)
      let bytes = (0..<count).flatMap { _ in Self.words.randomElement(using: &random)! }
      guard let root = try? SyntaxReader.read(bytes, name: "random") else { continue }
      #expect(depth(root) <= LexicalPrescan.Limits.depth)
      #expect(!hasDuplicates(root))
    }
  }

  private func depth(_ node: SyntaxNode) -> Int {
    switch node.content {
    case .scalar: 0
    case .list(let items): 1 + (items.map(depth).max() ?? 0)
    case .map(let entries): 1 + (entries.map { depth($0.value) }.max() ?? 0)
    }
  }

  private func hasDuplicates(_ node: SyntaxNode) -> Bool {
    switch node.content {
    case .scalar: false
    case .list(let items): items.contains(where: hasDuplicates)
    case .map(let entries):
      Set(entries.map(\.key)).count < entries.count
        || entries.contains { hasDuplicates($0.value) }
    }
  }
}
