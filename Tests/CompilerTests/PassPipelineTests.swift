import Compiler
import Foundation
import IR
import TestSupport
import Testing

@Suite struct PassPipelineTests {
  static let doubling = Pass("double", "add x to itself") { function in
    var function = function
    let x = function.results[0].value
    let sum = function.makeValue(function.type(of: x))
    function.body.append(Operation(.binary(.add, x, x), results: [sum]))
    function.results[0].value = sum
    return function
  }

  static let breaking = Pass("break", "use a value that nothing defines") { function in
    var function = function
    function.results[0].value = function.makeValue(.vector(8))
    return function
  }

  static let idle = Pass("idle", "do nothing") { $0 }

  static func identity() -> Function {
    var builder = Builder(Function(name: "f"))
    let x = builder.parameter("x", .vector(8))
    return builder.finish(results: [(name: "y", value: x)])
  }

  @Test func `passes run in order and are reported`() throws {
    let pipeline = PassPipeline("test", [Self.doubling, Self.idle, Self.doubling])
    var summaries: [String] = []
    let function = try pipeline.run(Self.identity()) { summaries.append($0.summary) }
    #expect(function.body.count == 2)
    #expect(summaries == ["double: add 0 -> 1", "idle: no change", "double: add 1 -> 2"])
  }

  @Test func `a pipeline can end after a pass`() throws {
    let pipeline = PassPipeline("test", [Self.idle, Self.doubling, Self.doubling, Self.breaking])
    #expect(pipeline.ending(after: "idle")?.passNames == ["idle"])
    #expect(pipeline.ending(after: "double")?.passNames == ["idle", "double", "double"])
    #expect(pipeline.ending(after: "other") == nil)
  }

  @Test func `a wrong function is blamed on its pass`() {
    let pipeline = PassPipeline("test", [Self.idle, Self.breaking, Self.idle])
    let error = #expect(throws: PassError.self) {
      try pipeline.run(Self.identity(), verifying: true)
    }
    #expect(error?.stage == "the pass 'break'")
    #expect(
      error?.description
        == "the pass 'break' made a wrong function: the result 'y' uses %undefined.1, "
        + "which is not defined before")
  }

  @Test func `what was lowered is verified first`() {
    let wrong = Self.breaking.run(Self.identity())
    let error = #expect(throws: PassError.self) {
      try PassPipeline("test", [Self.idle]).run(wrong, verifying: true)
    }
    #expect(error?.stage == "lowering")
  }

  @Test func `the page about the passes lists them in order`() throws {
    let page = SharedData.packageRoot.appending(path: "Sources/Compiler/Compiler.docc/Passes.md")
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("| `") }
    let passes = PassPipeline.standard.passes
    #expect(rows.count == passes.count)
    for (row, pass) in zip(rows, passes) {
      #expect(row.hasPrefix("| `\(pass.name)` | \(pass.summary) |"))
    }
  }

  @Test func `names and summaries of the standard passes are in order`() {
    let passes = PassPipeline.standard.passes
    #expect(Set(passes.map(\.name)).count == passes.count)
    for pass in passes {
      #expect(pass.name.allSatisfy { $0.isLowercase || $0 == "-" })
      #expect(!pass.summary.isEmpty && !pass.summary.contains("\n"))
    }
  }
}
