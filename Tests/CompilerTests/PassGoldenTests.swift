import Compiler
import Diagnostics
import Foundation
import IR
import TestSupport
import Testing

/// `Golden/<pass>/<case>.ir` holds a function, a line `// after`, and what the pass makes of it.
@Suite struct PassGoldenTests {
  static let cases = goldenNames(withExtension: "ir").filter { !$0.hasPrefix("standard/") }
  static let separator = "// after\n"

  @Test(arguments: cases) func `a pass does what its golden says`(name: String) throws {
    let pass = try #require(Self.pass(of: name), "'\(name)' is in no pass's folder")
    let before = try Self.before(name)
    let after = try PassPipeline("test", [pass]).run(before, verifying: true)
    try checkGolden(before.text + Self.separator + after.text, name)
    try expectSameResults(before, after, name)
    #expect(try Self.parse(after.text, name).text == after.text)
    // What a pass has done it leaves alone.
    #expect(pass.run(after).text == after.text, "\(name): a second run changes more")
  }

  /// Whole functions through the whole pipeline.
  @Test(arguments: goldenNames(withExtension: "ir").filter { $0.hasPrefix("standard/") })
  func `the pipeline does what its golden says`(name: String) throws {
    let before = try Self.before(name)
    let after = try PassPipeline.standard.run(before, verifying: true)
    try checkGolden(before.text + Self.separator + after.text, name)
    try expectSameResults(before, after, name)
    #expect(try PassPipeline.standard.run(after).text == after.text)
  }

  @Test(arguments: PassPipeline.standard.passNames)
  func `every pass has goldens, one of which it changes`(name: String) throws {
    let own = Self.cases.filter { $0.hasPrefix("\(name)/") }
    let changed = try own.contains { golden in
      let before = try Self.before(golden)
      return try #require(Self.pass(of: golden)).run(before).text != before.text
    }
    #expect(changed, "\(name)")
  }

  private static func pass(of golden: String) -> Pass? {
    let folder = golden.split(separator: "/")[0]
    return PassPipeline.standard.passes.first { $0.name == folder }
  }

  private static func before(_ name: String) throws -> Function {
    let text = try String(contentsOf: goldenFile(name), encoding: .utf8)
    let end = text.range(of: separator)?.lowerBound ?? text.endIndex
    return try parse(String(text[..<end]), name)
  }

  private static func parse(_ text: String, _ name: String) throws -> Function {
    try IRParser.parse(SourceFile(name: name, text: text))
  }
}
