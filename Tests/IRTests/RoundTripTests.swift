import Diagnostics
import Foundation
import IR
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: goldenNames(withExtension: "ir"))
  func `printing what was parsed gives the same text`(name: String) throws {
    let text = try String(contentsOf: goldenFile(name), encoding: .utf8)
    try checkGolden(try parse(text).text, name)
  }

  @Test func `the example of the specification round-trips`() throws {
    let page = SharedData.packageRoot.appending(path: "Sources/IR/IR.docc/Text.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let example = try #require(text.split(separator: "```\n").dropFirst().first.map(String.init))
    #expect(try parse(example).text == example)
  }

  @Test func `every op has a golden`() throws {
    let function = try parse(try String(contentsOf: goldenFile("every_op.ir"), encoding: .utf8))
    var seen: Set<String> = []
    function.forEachOperation { seen.insert($0.op.mnemonic) }
    let binary = Set(BinaryFunction.allCases.map(\.rawValue))
    #expect(binary.isSubset(of: seen))
    let others: Set = [
      "project", "constant", "prelu", "slice", "concat", "permute", "embedding", "one_hot",
      "window", "delay", "softmax", "log_softmax", "layer_norm", "batch_norm", "pointwise", "scan",
    ]
    #expect(others.isSubset(of: seen))
  }

  @Test(arguments: Activation.Function.allCases)
  func `an activation keeps its parameter`(_ activation: Activation.Function) throws {
    let text = activation.rawValue + (activation.parameter == nil ? "" : "<0.75>")
    let whole = """
      func @f(%x: f32[2]) -> (y: f32[2]) {
        %0 = \(text) %x : f32[2]
        return %0
      }

      """
    #expect(try parse(whole).text == whole)
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `random functions round-trip and verify`(seed: UInt64) throws {
    let function = RandomFunction.make(seed: seed)
    try function.verify()
    let text = function.text
    #expect(try parse(text).text == text, "seed \(seed)")
  }

  @Test func `values that are left out depend on the name alone`() throws {
    let function = try parse(
      """
      const @a : f32[9]
      const @b : f32[9]
      const @m : dense f32[2x100]
      const @m2 : block_diagonal<blocks=2> f32[3x4x4] = splat 2.0
      func @f() -> () { return }
      """)
    #expect(function.constants[Symbol("a")] != function.constants[Symbol("b")])
    let drawn = IRText.values(9, of: Symbol("a"), bound: 0.5)
    #expect(function.constants[Symbol("a")] == .vector(drawn))
    #expect(drawn.allSatisfy { abs($0) <= 0.5 })
    guard case .matrix(_, let values)? = function.constants[Symbol("m")],
      case .matrix(_, let stored)? = function.constants[Symbol("m2")]
    else {
      Issue.record("the matrices are not matrices")
      return
    }
    #expect(values.count == 200 && values.allSatisfy { abs($0) <= 0.1 })
    #expect(stored == [Float](repeating: 2, count: 24))
  }
}

func parse(_ text: String, verifying: Bool = true) throws(InputError) -> Function {
  try IRParser.parse(SourceFile(name: "test.ir", text: text), verifying: verifying)
}
