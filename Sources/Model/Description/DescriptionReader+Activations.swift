import Diagnostics

/// Activations of cells: `activation: tanh`, or `{kind: leaky_relu, alpha: 0.1}`.
extension DescriptionReader {
  mutating func cellActivation(_ node: SyntaxNode, _ subject: String) -> CellActivation? {
    let words = ValueRule.word(CellActivation.kinds)
    guard let entries = node.entries else {
      guard let text = node.text, let activation = CellActivation(kind: text) else {
        report(
          node.span, "\(subject) takes \(ValueRule.cellActivation.phrase), not \(node.phrase)",
          help: diagnostics.guess(node.text, among: CellActivation.kinds))
        return nil
      }
      return activation
    }
    let kind = entries.first { $0.key == "kind" }?.value.text
    let keys = kind.map(CellActivation.parameterKeys) ?? []
    let fields = fields(
      of: entries, at: node.span,
      by: [KeyRule("kind", words)] + keys.map(activationParameter),
      subject: subject)
    let numbers = keys.compactMap { key in fields.number(key).map { (key, $0) } }
    return fields.word("kind").flatMap {
      CellActivation(kind: $0, parameters: Dictionary(uniqueKeysWithValues: numbers))
    }
  }
}
