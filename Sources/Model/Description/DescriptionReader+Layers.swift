import Diagnostics

/// `layers:`, a list of maps whose first key says what the layer is.
extension DescriptionReader {
  mutating func layers(_ node: SyntaxNode?) -> [Description.Layer] {
    guard let node else { return [] }
    guard let items = node.items, !items.isEmpty else {
      report(node.span, "'layers' takes a list of layers, not \(node.phrase)")
      return []
    }
    return items.compactMap { layer($0) }
  }

  private mutating func layer(_ node: SyntaxNode) -> Description.Layer? {
    guard let entries = node.entries, let head = entries.first else {
      report(
        node.span, "a layer is a map that begins with its kind and name, not \(node.phrase)",
        help: ["write, for example, '- lstm: rnn'"])
      return nil
    }
    guard let word = LayerWord.all.first(where: { $0.keyword == head.key }) else {
      reportUnknownKind(head, entries)
      return nil
    }
    guard let name = checkedName(head.value, what: "the name of a layer") else { return nil }
    var fields = fields(
      of: entries.dropFirst(), at: name.span, by: word.keys, subject: name.text)
    for override in overrides { apply(override, to: &fields, of: name.text) }
    return Description.Layer(word: word, name: name, fields: fields)
  }

  private mutating func reportUnknownKind(_ head: SyntaxNode.Entry, _ entries: [SyntaxNode.Entry]) {
    let kinds = LayerWord.all.map(\.keyword)
    let late = entries.dropFirst().first { kinds.contains($0.key) }
    var help = diagnostics.guess(head.key, among: kinds)
    if let late { help = ["the first key is the kind: write '\(late.key)' first"] }
    report(
      head.keySpan, "\(quoted(head.key)) is not a kind of layer",
      notes: ["the kinds are \(choices(kinds, "and"))"], help: help)
  }

  private func apply(_ override: Override, to fields: inout Fields, of layer: String) {
    guard case .structure(layer, let side, let key) = override.target,
      var use = fields.structure(side),
      let changed = use.structure.setting(key, to: override.value), let field = fields[side]
    else { return }
    use.structure = changed
    fields[side] = .init(value: .structure(use), keySpan: field.keySpan, span: field.span)
  }
}
