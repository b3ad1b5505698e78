import Diagnostics

/// One value of a description as it was written: a map, a list or a word, each with its place.
///
/// Words keep their text; the schema, not YAML, decides what they mean.
package struct SyntaxNode: Sendable {
  package enum Content: Sendable {
    case scalar(text: String, isQuoted: Bool)
    case list([SyntaxNode])
    case map([Entry])
  }

  package struct Entry: Sendable {
    package var key: String
    package var keySpan: SourceSpan
    package var value: SyntaxNode

    package init(key: String, keySpan: SourceSpan, value: SyntaxNode) {
      self.key = key
      self.keySpan = keySpan
      self.value = value
    }
  }

  package var content: Content
  package var span: SourceSpan

  package init(_ content: Content, span: SourceSpan) {
    self.content = content
    self.span = span
  }

  /// The text of a word, quoted or not; nil for maps, lists and nothing at all.
  package var text: String? {
    guard case .scalar(let text, let isQuoted) = content else { return nil }
    return isNothing(text, isQuoted) ? nil : text
  }

  /// The text of a word without quotes: what numbers and `true` are written as.
  package var plainText: String? {
    guard case .scalar(let text, false) = content else { return nil }
    return isNothing(text, false) ? nil : text
  }

  package var entries: [Entry]? { if case .map(let entries) = content { entries } else { nil } }
  package var items: [SyntaxNode]? { if case .list(let items) = content { items } else { nil } }

  private func isNothing(_ text: String, _ isQuoted: Bool) -> Bool {
    !isQuoted && ["", "~", "null"].contains(text)
  }

  /// As a diagnostic names it: "the list", "'5x'", "nothing".
  package var phrase: String {
    switch content {
    case .list(let items): items.isEmpty ? "an empty list" : "a list"
    case .map(let entries): entries.isEmpty ? "an empty map" : "a map"
    case .scalar(let text, let isQuoted):
      if isNothing(text, isQuoted) {
        "nothing"
      } else if isQuoted {
        "the text \(quoted(text))"
      } else {
        quoted(text)
      }
    }
  }
}

/// The user's words in '...', shortened when they would fill the screen.
func quoted(_ words: some StringProtocol) -> String {
  let shown = words.unicodeScalars.prefix(81).map { scalar in
    scalar.properties.generalCategory == .control
      ? "\\u{\(String(scalar.value, radix: 16))}"
      : String(scalar)
  }
  return shown.count > 80 ? "'\(shown.prefix(77).joined())...'" : "'\(shown.joined())'"
}

/// "'a', 'b' or 'c'"; only the first of very many.
func choices(_ words: [String], _ last: String = "or") -> String {
  guard words.count <= 60 else {
    return words.prefix(50).map { quoted($0) }.joined(separator: ", ")
      + " \(last) \(words.count - 50) more"
  }
  let words = words.map { quoted($0) }
  guard words.count > 1 else { return words.first ?? "nothing" }
  return words.dropLast().joined(separator: ", ") + " \(last) " + words[words.count - 1]
}
