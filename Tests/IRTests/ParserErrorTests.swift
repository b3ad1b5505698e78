import Diagnostics
import Foundation
import IR
import Tensors
import TestSupport
import Testing

@Suite struct ParserErrorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let line: Int
    let column: Int
    let message: String
    var testDescription: String { message }

    init(_ text: String, _ line: Int, _ column: Int, _ message: String) {
      (self.text, self.line, self.column, self.message) = (text, line, column, message)
    }
  }

  /// A function with `line` as its only operation, on line 4.
  static func body(_ line: String) -> String {
    """
    const @m : dense f32[2x3]
    const @v : f32[3] = splat 1.0
    func @f(%x: f32[3], %i: i32[]) -> () {
    \(line)
    return }
    """
  }

  static let cases = [
    Case("", 1, 1, "expected 'func', but found the end of the text"),
    Case("func f", 1, 6, "expected a constant '@...', but found 'f'"),
    Case("func @", 1, 6, "a name must follow this sign"),
    Case("func @f(%0: f32[2])", 1, 9, "a parameter needs a name, not a number"),
    Case("func @f(%x: g32[2])", 1, 13, "expected an element type such as 'f32', but found 'g32'"),
    Case("func @f(%x: f32[0])", 1, 17, "a size must be 1 ... 16777216"),
    Case("func @f(%x: f32[99999999])", 1, 17, "a size must be 1 ... 16777216"),
    Case("func @f(%x: f32[2], %x: f32[2])", 1, 21, "this value has been defined before"),
    Case("func @\"f(", 1, 7, "this string does not end on its line"),
    Case(#"func @"a\q""#, 1, 9, "unknown escape in a string"),
    Case(#"func @"a\u{110000}""#, 1, 9, "unknown escape in a string"),
    Case("func @f() -> () { return } x", 1, 28, "expected the end of the text, but found 'x'"),
    Case("func @f() -> () { $", 1, 19, "unexpected character '$'"),
    Case("const @a : f32[2] = [1.0]", 1, 7, "1 values are given for 2 elements"),
    Case("const @a : f32[2] = [x, y]", 1, 22, "expected a number, but found 'x'"),
    Case("const @a : f32[-1]", 1, 16, "a size must be 1 ... 16777216"),
    Case("const @a : i32[2]", 1, 7, "a constant is f32 and has a size"),
    Case("const @a : f32[2] const @a : f32[2]", 1, 25, "'@a' has been declared before"),
    Case(
      "const @a : permutation[3] = [0, 2, 2]", 1, 7, "the list is not a permutation of 0 ..< 3"),
    Case(
      "const @a : full f32[2x2]", 1, 12, "expected a structure, but found 'full'"),
    Case(
      "const @a : block_diagonal<blocks=5> f32[4x4]", 1, 12,
      "this matrix is impossible: 'block_diagonal' with 5 blocks does not divide 4 rows"),
    Case("const @a : dense f32[2x2x2x2]", 1, 22, "expected 2 or 3 sizes of 1 ... 16777216"),
    Case(
      "const @a : dense f32[99999999999999999999x2]", 1, 22,
      "expected 2 or 3 sizes of 1 ... 16777216"),
    Case(
      "const @a : dense f32[9999999x9999999]", 1, 7,
      "the constants have more than 16777216 elements"),
    Case(body("%0 = tanh %y : f32[3]"), 4, 11, "'%y' is not defined before its use"),
    Case(body("%0 = tanh %0 : f32[3]"), 4, 11, "'%0' is not defined before its use"),
    Case(body("%0 = tahn %x : f32[3]"), 4, 6, "unknown operation 'tahn'"),
    Case(body("%0 = elu %x : f32[3]"), 4, 10, "expected '<', but found '%x'"),
    Case(body("%0 = slice %x[1 ..< 4] : f32[3]"), 4, 21, "the slice is not a part of its input"),
    Case(
      body("%0 = project @m, %x : dense f32[3x3] -> f32[3]"), 4, 23,
      "'@m' is not declared as this matrix"),
    Case(
      body("%0 = project @v, %x : dense f32[3x3] -> f32[3]"), 4, 23,
      "'@v' is not declared as this matrix"),
    Case(
      body("%0 = pointwise(r0 = %x) : f32[3] { r1 = tanh r1 yield r1 }"), 4, 46,
      "expected a register defined before, but found 'r1'"),
    Case(
      body("%0 = pointwise(r0 = %x) : f32[3] { r2 = tanh r0 yield r2 }"), 4, 36,
      "expected 'r1', but found 'r2'"),
    Case(
      body("%0 = scan rnn : f32[3] { yield %x }"), 4, 11,
      "expected the scan's name, but found 'rnn'"),
    Case(
      body("%0 = scan \"a\" : f32[3] { state %3: f32[3] = zero yield %x }"), 4, 32,
      "a numbered state needs its name in quotes"),
    Case(
      body("%0 = scan \"a\" : f32[3] { state %h: f32[3] = zero next %x = %x yield %x }"), 4, 55,
      "the next values must stand in the order of the states"),
    // What the verifier finds is told at the operation concerned.
    Case(body("%0 = add %x, %i : f32[3]"), 4, 1, "%0 (add): %i is not f32"),
    Case(body("%0 = one_hot %x : f32[3]"), 4, 1, "%0 (one_hot): %x is not an integer"),
    Case(body("%0 = tanh %x : f32[4]"), 4, 1, "%0 (tanh): the result must be f32[3]"),
  ]

  @Test(arguments: cases) func `a fault is told where it is`(_ fault: Case) throws {
    let error = try #require(throws: InputError.self) { try parse(fault.text) }
    let diagnostic = try #require(error.diagnostics.first)
    #expect(diagnostic.message == fault.message)
    guard case .span(let span)? = diagnostic.place else {
      Issue.record("no span")
      return
    }
    #expect(span.line == fault.line && span.column == fault.column, "\(span.line):\(span.column)")
  }

  @Test func `a slip gets the nearest word`() throws {
    let error = try #require(throws: InputError.self) {
      try parse(Self.body("%0 = tahn %x : f32[3]"))
    }
    #expect(error.diagnostics[0].help == ["did you mean 'tanh'?"])
  }

  @Test func `nesting and size have limits`() throws {
    let deep = Self.body(String(repeating: "scan \"s\" : {\n", count: 20_000))
    let nested = try #require(throws: InputError.self) { try parse(deep) }
    #expect(nested.diagnostics[0].message == "scans are nested too deeply")
    let long = String(repeating: "/", count: 5 << 20)
    let large = try #require(throws: InputError.self) { try parse(long) }
    #expect(large.diagnostics[0].message == "the text is longer than 4194304 bytes")
  }

  /// Cutting or changing a good text anywhere gives an error or a function that prints again.
  @Test func `mutated texts never crash`() throws {
    let characters = Array(try String(contentsOf: goldenFile("every_op.ir"), encoding: .utf8))
    let alphabet = Array("%@{}[]()<>=,:-.x0123456789 \nfr\"")
    var random = SeededRandom(seed: 7)
    for _ in 0..<300 {
      var changed = characters
      let place = Int.random(in: 0..<changed.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: changed.removeSubrange(place...)
      case 1: changed[place] = alphabet.randomElement(using: &random)!
      default: changed.removeSubrange(place..<min(changed.count, place + 9))
      }
      do throws(InputError) {
        let text = try parse(String(changed)).text
        #expect(try parse(text).text == text)
      } catch {
        #expect(!error.diagnostics.isEmpty, "\(String(changed))")
      }
    }
  }
}
