import Diagnostics
import IR

/// Matrix structures: `recurrent: {structure: block_diagonal, blocks: 8}`, or a bare word for one
/// without parameters.
extension DescriptionReader {
  /// One word that names a structure, with the keys that it takes.
  struct StructureWord {
    var word: String
    var kind: any StructureKind.Type
    var keys: [String]
    /// What a key takes.
    var keyRule: ValueRule { kind.least == 0 ? .position : .size }

    /// Every accepted word: the structures' own and their synonyms.
    static let all: [StructureWord] = MatrixStructure.kinds.flatMap { kind in
      [StructureWord(word: kind.keyword, kind: kind, keys: kind.keys)]
        + kind.synonyms.map { StructureWord(word: $0, kind: kind, keys: kind.keys(of: $0)) }
    }

    static let dense = all.first { $0.word == Dense.keyword }!
  }

  mutating func structure(
    _ node: SyntaxNode, blocksFrom: Bool, subject: String
  ) -> FieldValue? {
    if node.text != nil {
      guard let word = structureWord(node, subject) else { return nil }
      return bareStructure(word, node, subject)
    }
    guard let entries = node.entries else {
      report(
        node.span,
        "\(subject) takes \(ValueRule.structure(blocksFrom: blocksFrom).phrase), not "
          + node.phrase)
      return nil
    }
    let given = entries.first { $0.key == "structure" }
    var word: StructureWord? = .dense
    if let given { word = structureWord(given.value, "\(subject): 'structure'") }
    guard let word else { return nil }
    return structure(
      word, entries, at: given?.keySpan ?? node.span, blocksFrom: blocksFrom, subject: subject)
  }

  private mutating func structureWord(_ node: SyntaxNode, _ subject: String) -> StructureWord? {
    if let text = node.text, let word = StructureWord.all.first(where: { $0.word == text }) {
      return word
    }
    let words = StructureWord.all.map(\.word)
    report(
      node.span, "\(subject) takes \(choices(words)), not \(node.phrase)",
      help: diagnostics.guess(node.text, among: words))
    return nil
  }

  private mutating func bareStructure(
    _ word: StructureWord, _ node: SyntaxNode, _ subject: String
  ) -> FieldValue? {
    guard word.keys.isEmpty else {
      let keys = word.keys.map { "\($0): ..." }.joined(separator: ", ")
      report(
        node.span, "\(subject): '\(word.word)' needs \(choices(word.keys, "and"))",
        help: ["write {structure: \(word.word), \(keys)}"])
      return nil
    }
    let structure = MatrixStructure(word.kind.init(parameters: []))
    return .structure(StructureUse(structure, span: node.span))
  }

  private mutating func structure(
    _ word: StructureWord, _ entries: [SyntaxNode.Entry], at span: SourceSpan, blocksFrom: Bool,
    subject: String
  ) -> FieldValue? {
    let rules =
      [KeyRule("structure", .text, .optional(nil))] + word.keys.map { KeyRule($0, word.keyRule) }
      + (blocksFrom ? [KeyRule("blocks_from", .text, .optional(nil))] : [])
    let fields = fields(of: entries, at: span, by: rules, subject: subject)
    let parameters = word.keys.compactMap { fields.integer($0) }
    guard parameters.count == word.keys.count else { return nil }
    var use = StructureUse(MatrixStructure(word.kind.init(parameters: parameters)), span: span)
    for (key, written) in zip(word.kind.keys, word.keys) {
      use.parameterSpans[key] = fields.span(written)
    }
    use.blocksFrom = fields.names("blocks_from")?.first
    guard let pattern = use.blocksFrom else { return .structure(use) }
    for part in ["{block}", "weight"] where !pattern.text.contains(part) {
      report(
        pattern.span, "\(subject): 'blocks_from' needs \(quoted(part)) in the tensor's name",
        help: ["write, for example, \"rnn.{block}.weight_hh_l0\""])
      return nil
    }
    return .structure(use)
  }
}

/// Every parameter that some structure has, synonyms' words included.
var structureParameterKeys: [String] {
  Array(Set(DescriptionReader.StructureWord.all.flatMap(\.keys))).sorted()
}

extension StructureKind {
  /// Which of `keys` a word is, the structure's own or a synonym's.
  fileprivate static func index(ofKey word: String) -> Int? {
    ([keys] + synonyms.map(keys(of:))).lazy.compactMap { $0.firstIndex(of: word) }.first
  }
}

extension MatrixStructure {
  /// A parameter's own word for a word that may be a synonym's.
  package static func parameter(named word: String) -> String {
    let own = kinds.lazy.compactMap { kind in kind.index(ofKey: word).map { kind.keys[$0] } }
    return own.first ?? word
  }

  /// The value of a parameter, or nil when this structure has no such key.
  package func value(ofKey key: String) -> Int? {
    let kind = self.kind
    return Swift.type(of: kind).index(ofKey: key).map { kind.parameters[$0] }
  }

  /// This structure with another value for `key`, or the first kind that has that key alone.
  package func setting(_ key: String, to value: Int) -> MatrixStructure? {
    let kind = self.kind
    if let index = Swift.type(of: kind).index(ofKey: key) {
      var parameters = kind.parameters
      parameters[index] = value
      return MatrixStructure(Swift.type(of: kind).init(parameters: parameters))
    }
    let other = MatrixStructure.kinds.first { $0.keys.count == 1 && $0.index(ofKey: key) == 0 }
    return other.map { MatrixStructure($0.init(parameters: [value])) }
  }
}
