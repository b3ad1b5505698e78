import Diagnostics
import Tensors

/// Types and constants.
extension IRParser {
  /// `f32[64]`, `i32[]`.
  mutating func parseType() throws(InputError) -> ValueType {
    let element = try parseElement()
    try expect("[")
    if try accept("]") { return ValueType(element, width: nil) }
    let width = try parseSize()
    try expect("]")
    return ValueType(element, width: width)
  }

  private mutating func parseElement() throws(InputError) -> ElementType {
    guard case .word(let word) = token.kind, let element = ElementType(rawValue: word) else {
      throw unexpected("an element type such as 'f32'")
    }
    try advance()
    return element
  }

  private mutating func parseSize(from least: Int = 1) throws(InputError) -> Int {
    let span = token.span
    let size = try expectInteger()
    guard (least...Self.elementLimit).contains(size) else {
      throw fault(span, "a size must be \(least) ... \(Self.elementLimit)")
    }
    return size
  }

  /// The rest of `const @name : type [= values]`.
  mutating func parseConstant() throws(InputError) {
    let span = token.span
    let symbol = try expectSymbol()
    try expect(":")
    let constant: Constant
    switch token.kind {
    case .word("permutation"): constant = try parsePermutation(span)
    case .word(let word) where ElementType(rawValue: word) != nil:
      let type = try parseType()
      guard type.element == .f32, let count = type.width else {
        throw fault(span, "a constant is f32 and has a size")
      }
      constant = .vector(try parseValues(count, of: symbol, bound: 0.5, at: span))
    default:
      let type = try parseMatrixType()
      let bound = 1 / Float(type.columns).squareRoot()
      constant = .matrix(
        type, try parseValues(type.storedCount, of: symbol, bound: bound, at: span))
    }
    guard function.constants.updateValue(constant, forKey: symbol) == nil else {
      throw fault(span, "'@\(symbol.name)' has been declared before")
    }
  }

  private mutating func parsePermutation(_ span: SourceSpan) throws(InputError) -> Constant {
    try advance()
    try expect("[")
    let count = try parseSize()
    try expect("]")
    try expect("=")
    try spend(count, at: span)
    let indices = try parseList { (parser) throws(InputError) in try parser.expectInteger() }
    guard indices.count == count, Set(indices) == Set(0..<count) else {
      throw fault(span, "the list is not a permutation of 0 ..< \(count)")
    }
    return .permutation(indices)
  }

  private mutating func parseList<Element>(
    _ element: (inout IRParser) throws(InputError) -> Element
  ) throws(InputError) -> [Element] {
    var list: [Element] = []
    try expect("[")
    while token.kind != .mark("]") {
      list.append(try element(&self))
      if try !accept(",") { break }
    }
    try expect("]")
    return list
  }

  private mutating func parseValues(
    _ count: Int, of symbol: Symbol, bound: Float, at span: SourceSpan
  ) throws(InputError) -> [Float] {
    try spend(count, at: span)
    guard try accept("=") else { return IRText.values(count, of: symbol, bound: bound) }
    if try accept("splat") { return [Float](repeating: try expectFloat(), count: count) }
    let list = try parseList { (parser) throws(InputError) in try parser.expectFloat() }
    guard list.count == count else {
      throw fault(span, "\(list.count) values are given for \(count) elements")
    }
    return list
  }

  /// `block_diagonal<blocks=8> f32[4x256x256]`, checked to exist.
  mutating func parseMatrixType() throws(InputError) -> MatrixType {
    let span = token.span
    let structure = try parseStructure()
    guard try parseElement() == .f32 else { throw fault(span, "a matrix is f32") }
    try expect("[")
    guard case .dimensions(let sizes) = token.kind else { throw unexpected("sizes 'ROWSxCOLUMNS'") }
    let numbers = sizes.compactMap { Int($0) }.filter { (1...Self.elementLimit).contains($0) }
    guard numbers.count == sizes.count, [2, 3].contains(numbers.count) else {
      throw fault(token.span, "expected 2 or 3 sizes of 1 ... \(Self.elementLimit)")
    }
    try advance()
    try expect("]")
    let type = MatrixType(
      structure: structure, gates: numbers.count == 3 ? numbers[0] : 1,
      rows: numbers[numbers.count - 2], columns: numbers[numbers.count - 1])
    if let misfit = MatrixRules.fault(of: type) { throw fault(span, "this matrix \(misfit)") }
    return type
  }

  private mutating func parseStructure() throws(InputError) -> MatrixStructure {
    let words = MatrixStructure.kinds.map { $0.keyword }
    guard case .word(let word) = token.kind,
      let kind = MatrixStructure.kinds.first(where: { $0.keyword == word })
    else {
      throw fault(
        token.span, "expected a structure, but found \(token.found)",
        help: ["the structures are \(words.joined(separator: ", "))"])
    }
    try advance()
    var parameters: [Int] = []
    if !kind.keys.isEmpty {
      try expect("<")
      for key in kind.keys {
        if !parameters.isEmpty { try expect(",") }
        try expectWord(key)
        try expect("=")
        parameters.append(try parseSize(from: kind.least))
      }
      try expect(">")
    }
    return MatrixStructure(kind.init(parameters: parameters))
  }
}

/// What the text form says about constants whose values it leaves out.
package enum IRText {
  /// U(-bound, bound) from SplitMix64, seeded by the FNV-1a hash of the constant's name.
  package static func values(_ count: Int, of symbol: Symbol, bound: Float) -> [Float] {
    let seed = symbol.name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in random.uniform(bound) }
  }
}
