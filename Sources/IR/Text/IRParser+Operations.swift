import Diagnostics
import Tensors

/// Blocks and operations.
extension IRParser {
  private typealias Definition = (name: IRToken.IRName, span: SourceSpan)

  /// Operations up to one of the words that end a block.
  mutating func parseBlock(until ends: Set<String>) throws(InputError) -> [Operation] {
    var block: [Operation] = []
    while true {
      if case .word(let word) = token.kind, ends.contains(word) { return block }
      block.append(try parseOperation())
    }
  }

  private mutating func parseOperation() throws(InputError) -> Operation {
    var definitions: [Definition] = []
    if case .value = token.kind {
      repeat { definitions.append(try expectName()) } while try accept(",")
      try expect("=")
    }
    guard case .word(let word) = token.kind else { throw unexpected("an operation") }
    if word == "scan" { return try parseScan(definitions) }
    let span = token.span
    try advance()
    let op = try parseOp(word, at: span)
    if case .pointwise(var program, let inputs) = op {
      let types = try parseResultTypes(definitions)
      try parseProgram(&program)
      return Operation(.pointwise(program, inputs), results: try define(definitions, types))
    }
    return try parseTypes(op, definitions, at: span)
  }

  /// `[matrix ->] type, ...` after an op; sizes that only the types tell go into the op.
  private mutating func parseTypes(
    _ op: Op, _ definitions: [Definition], at span: SourceSpan
  ) throws(InputError) -> Operation {
    try expect(":")
    try parseMatrix(of: op)
    let types = try parseTypeList(definitions)
    let width = types.first?.count ?? 0
    var sized = op
    switch op {
    case .oneHot(let index, _): sized = .oneHot(index: index, size: width)
    case .window(let x, _, let state): sized = .window(x, size: width, state: state)
    default: break
    }
    return Operation(sized, results: try define(definitions, types))
  }

  private mutating func parseMatrix(of op: Op) throws(InputError) {
    let symbol: Symbol
    switch op {
    case .project(let matrix, _, _): symbol = matrix
    case .embedding(let table, _): symbol = table
    default: return
    }
    let span = token.span
    let type = try parseMatrixType()
    try expect("->")
    guard case .matrix(let declared, _)? = function.constants[symbol], declared == type else {
      throw fault(span, "'@\(symbol.name)' is not declared as this matrix")
    }
  }

  private mutating func parseResultTypes(
    _ definitions: [Definition]
  ) throws(InputError) -> [ValueType] {
    try expect(":")
    return try parseTypeList(definitions)
  }

  private mutating func parseTypeList(
    _ definitions: [Definition]
  ) throws(InputError) -> [ValueType] {
    var types: [ValueType] = []
    for index in definitions.indices {
      if index > 0 { try expect(",") }
      types.append(try parseType())
    }
    return types
  }

  private mutating func define(
    _ definitions: [Definition], _ types: [ValueType]
  ) throws(InputError) -> [ValueID] {
    var results: [ValueID] = []
    for (definition, type) in zip(definitions, types) {
      results.append(try define(definition.name, type, at: definition.span))
    }
    return results
  }

  /// What follows the word of an op, up to the types.
  private mutating func parseOp(_ word: String, at span: SourceSpan) throws(InputError) -> Op {
    switch word {
    case "project":
      let (matrix, x) = try parseSymbolAndValue()
      return .project(
        matrix: matrix, input: x, bias: try accept(",") ? try parseNamed("bias") : nil)
    case "constant": return .constant(try expectSymbol())
    case "prelu":
      let x = try expectValue()
      try expect(",")
      try expectWord("slope")
      return .prelu(x, slope: try expectValue())
    case "slice": return try parseSlice()
    case "concat": return .concat(try parseValueList())
    case "permute":
      let x = try expectValue()
      try expect(",")
      return .permute(x, try expectSymbol())
    case "embedding":
      let (table, index) = try parseSymbolAndValue()
      return .embedding(table: table, index: index)
    case "one_hot": return .oneHot(index: try expectValue(), size: 0)
    case "window": return .window(try expectValue(), size: 0, state: try parseStateName())
    case "delay":
      let x = try expectValue()
      try expect(",")
      return .delay(x, steps: try expectInteger(), state: try parseStateName())
    case "softmax": return .softmax(try expectValue())
    case "log_softmax": return .logSoftmax(try expectValue())
    case "layer_norm": return try parseLayerNorm()
    case "batch_norm": return try parseBatchNorm()
    case "pointwise": return try parsePointwiseInputs()
    default: return try parseElementwise(word, at: span)
    }
  }

  private mutating func parseSymbolAndValue() throws(InputError) -> (Symbol, ValueID) {
    let symbol = try expectSymbol()
    try expect(",")
    return (symbol, try expectValue())
  }

  private mutating func parseValueList() throws(InputError) -> [ValueID] {
    var list: [ValueID] = []
    repeat { list.append(try expectValue()) } while try accept(",")
    return list
  }

  private mutating func parseNamed(_ word: String) throws(InputError) -> Symbol {
    try expectWord(word)
    return try expectSymbol()
  }

  private mutating func parseNextNamed(_ word: String) throws(InputError) -> Symbol {
    try expect(",")
    return try parseNamed(word)
  }

  private mutating func parseStateName() throws(InputError) -> String {
    try expect(",")
    try expectWord("state")
    guard case .string(let name) = token.kind else { throw unexpected("a state's name in quotes") }
    try advance()
    return name
  }

  private mutating func parseEpsilon() throws(InputError) -> Float {
    try expect(",")
    try expectWord("epsilon")
    return try expectFloat()
  }

  private mutating func parseSlice() throws(InputError) -> Op {
    let x = try expectValue()
    try expect("[")
    let start = try expectInteger()
    try expect("..<")
    let span = token.span
    let end = try expectInteger()
    guard start >= 0, start < end, end <= function.type(of: x).count else {
      throw fault(span, "the slice is not a part of its input")
    }
    try expect("]")
    return .slice(x, start: start, end: end)
  }

  private mutating func parseLayerNorm() throws(InputError) -> Op {
    .layerNorm(
      try expectValue(), weight: try parseNextNamed("weight"), bias: try parseNextNamed("bias"),
      epsilon: try parseEpsilon())
  }

  private mutating func parseBatchNorm() throws(InputError) -> Op {
    .batchNorm(
      try expectValue(), mean: try parseNextNamed("mean"),
      variance: try parseNextNamed("variance"), weight: try parseNextNamed("weight"),
      bias: try parseNextNamed("bias"), epsilon: try parseEpsilon())
  }

  private mutating func parseElementwise(
    _ word: String, at span: SourceSpan
  ) throws(InputError) -> Op {
    if let function = BinaryFunction(rawValue: word) {
      let a = try expectValue()
      try expect(",")
      return .binary(function, a, try expectValue())
    }
    guard let activation = try parseActivation(word) else {
      let near = nearestWord(to: word, among: Self.words)
      throw fault(
        span, "unknown operation '\(word)'", help: near.map { ["did you mean '\($0)'?"] } ?? [])
    }
    return .activation(activation, try expectValue())
  }

  /// The parameter of the activation called `word`, if there is such a one.
  mutating func parseActivation(_ word: String) throws(InputError) -> Activation? {
    guard let function = Activation.Function(rawValue: word) else { return nil }
    guard function.parameter != nil else { return Activation(function) }
    try expect("<")
    let parameter = try expectFloat()
    try expect(">")
    return Activation(function, parameter: parameter)
  }

  private static let words =
    [
      "project", "constant", "prelu", "slice", "concat", "permute", "embedding", "one_hot",
      "window", "delay", "softmax", "log_softmax", "layer_norm", "batch_norm", "pointwise", "scan",
    ] + Activation.Function.allCases.map(\.rawValue) + BinaryFunction.allCases.map(\.rawValue)
}
