import Diagnostics
import Tensors

/// Reads the text form of a function; `IR.docc/Text.md` is its specification.
///
/// Stops at the first fault of the text; faults that only the verifier sees are reported together.
package struct IRParser {
  var lexer: IRLexer
  var token: IRToken
  var function = Function(name: "")
  var values: [IRToken.IRName: ValueID] = [:]
  /// Where each value is defined, for the verifier's findings.
  private var places: [ValueID: SourceSpan] = [:]
  /// How many constants' elements the text may still ask for.
  private var budget = Self.elementLimit
  var depth = 0

  package static let characterLimit = 4 << 20
  package static let elementLimit = 1 << 24
  static let depthLimit = 16

  /// Throws `InputError`: malformed text, or a function that the verifier refuses (unless told not
  /// to ask it).
  package static func parse(
    _ file: SourceFile, verifying: Bool = true
  ) throws(InputError) -> Function {
    let size = file.lines.reduce(0) { $0 + $1.utf8.count + 1 }
    if size > characterLimit {
      throw InputError(
        .malformed, .error(file: file.name, "the text is longer than \(characterLimit) bytes"))
    }
    var parser = try IRParser(file)
    try parser.parseText()
    if verifying { try parser.verify() }
    return parser.function
  }

  private init(_ file: SourceFile) throws(InputError) {
    lexer = IRLexer(file)
    token = try lexer.next()
  }

  private func verify() throws(InputError) {
    let faults = Verifier.problems(of: function).map { problem in
      if let span = problem.value.flatMap({ places[$0] }) {
        return Diagnostic.error(span, problem.message)
      }
      return Diagnostic.error(file: lexer.file.name, problem.message)
    }
    if !faults.isEmpty { throw InputError(.malformed, faults) }
  }

  private mutating func parseText() throws(InputError) {
    while try accept("const") { try parseConstant() }
    try expectWord("func")
    function.name = try expectSymbol().name
    try expect("(")
    while token.kind != .mark(")") {
      try parseParameter()
      if try !accept(",") { break }
    }
    try expect(")")
    try expect("->")
    let results = try parseResultTypes()
    try expect("{")
    function.body = try parseBlock(until: ["return"])
    try parseReturn(results)
    try expect("}")
    if token.kind != .end { throw unexpected("the end of the text") }
  }

  private mutating func parseParameter() throws(InputError) {
    let (name, span) = try expectName()
    guard case .named(let text) = name else {
      throw fault(span, "a parameter needs a name, not a number")
    }
    try expect(":")
    let value = try define(name, try parseType(), at: span)
    function.parameters.append(.init(name: text, value: value))
  }

  private mutating func parseResultTypes() throws(InputError) -> [(String, ValueType, SourceSpan)] {
    var results: [(String, ValueType, SourceSpan)] = []
    try expect("(")
    while token.kind != .mark(")") {
      let span = token.span
      let name = try expectWordOrString()
      try expect(":")
      results.append((name, try parseType(), span))
      if try !accept(",") { break }
    }
    try expect(")")
    return results
  }

  private mutating func parseReturn(
    _ results: [(String, ValueType, SourceSpan)]
  ) throws(InputError) {
    try expectWord("return")
    for (index, (name, type, span)) in results.enumerated() {
      if index > 0 { try expect(",") }
      let value = try expectValue()
      if function.type(of: value) != type {
        let actual = IRPrinter.text(function.type(of: value))
        throw fault(span, "the returned value is \(actual), not \(IRPrinter.text(type))")
      }
      function.results.append(.init(name: name, value: value))
    }
  }

  // MARK: Definitions

  /// Makes `name` mean a new value from here on.
  mutating func define(
    _ name: IRToken.IRName, _ type: ValueType, at span: SourceSpan
  ) throws(InputError) -> ValueID {
    let value = function.makeValue(type)
    guard values.updateValue(value, forKey: name) == nil else {
      throw fault(span, "this value has been defined before")
    }
    places[value] = span
    return value
  }

  /// Counts `count` elements of constants and rejects a text that asks for too many.
  mutating func spend(_ count: Int, at span: SourceSpan) throws(InputError) {
    guard count <= budget else {
      throw fault(span, "the constants have more than \(Self.elementLimit) elements")
    }
    budget -= count
  }

  // MARK: Tokens

  mutating func advance() throws(InputError) { token = try lexer.next() }

  func fault(_ span: SourceSpan, _ message: String, help: [String] = []) -> InputError {
    InputError(.malformed, .error(span, message, help: help))
  }

  func unexpected(_ wanted: String) -> InputError {
    fault(token.span, "expected \(wanted), but found \(token.found)")
  }

  /// Steps over the word or mark `text` if it is next.
  mutating func accept(_ text: String) throws(InputError) -> Bool {
    guard token.kind == .mark(text) || token.kind == .word(text) else { return false }
    try advance()
    return true
  }

  mutating func expect(_ mark: String) throws(InputError) {
    guard token.kind == .mark(mark) else { throw unexpected("'\(mark)'") }
    try advance()
  }

  mutating func expectWord(_ word: String) throws(InputError) {
    guard token.kind == .word(word) else { throw unexpected("'\(word)'") }
    try advance()
  }

  mutating func expectSymbol() throws(InputError) -> Symbol {
    guard case .symbol(let name) = token.kind else { throw unexpected("a constant '@...'") }
    try advance()
    return Symbol(name)
  }

  mutating func expectWordOrString() throws(InputError) -> String {
    switch token.kind {
    case .word(let text), .string(let text):
      try advance()
      return text
    default: throw unexpected("a name")
    }
  }

  mutating func expectName() throws(InputError) -> (IRToken.IRName, SourceSpan) {
    guard case .value(let name) = token.kind else { throw unexpected("a value '%...'") }
    let span = token.span
    try advance()
    return (name, span)
  }

  /// A use of a value that has been defined.
  mutating func expectValue() throws(InputError) -> ValueID {
    let found = token.found
    let (name, span) = try expectName()
    guard let value = values[name] else {
      throw fault(span, "\(found) is not defined before its use")
    }
    return value
  }

  mutating func expectInteger() throws(InputError) -> Int {
    guard case .number(let text) = token.kind, let value = Int(text) else {
      throw unexpected("an integer")
    }
    try advance()
    return value
  }

  mutating func expectFloat() throws(InputError) -> Float {
    switch token.kind {
    case .number(let text), .word(let text):
      guard let value = Float(text), text != "infinity", text != "-infinity" else {
        throw unexpected("a number")
      }
      try advance()
      return value
    default: throw unexpected("a number")
    }
  }
}
