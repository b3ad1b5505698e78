import Diagnostics

/// One value by its rule.
extension DescriptionReader {
  /// nil when the value is not what the rule takes, which is then reported.
  mutating func value(
    of node: SyntaxNode, by rule: ValueRule, subject: String
  ) -> FieldValue? {
    switch rule {
    case .size: size(node, from: 1, rule, subject).map { .integer($0) }
    case .position: size(node, from: 0, rule, subject).map { .integer($0) }
    case .sizes(let count): sizes(node, counts: count...count, rule, subject).map { .integers($0) }
    case .shape: sizes(node, counts: 0...1, rule, subject).map { .integers($0) }
    case .permutation: permutation(node, subject)
    case .seed: seed(node, subject)
    case .number(let range): number(node, range, rule, subject).map { .number($0) }
    case .limit: node.text == "none" ? FieldValue.none : limit(node, subject)
    case .flag: flag(node, subject)
    case .word(let words): word(node, among: words, rule, subject)
    case .activation(let others): word(node, among: others + activationWords, rule, subject)
    case .cellActivation: cellActivation(node, subject).map { .activation($0) }
    case .text: text(node, subject)
    case .name: checkedName(node, what: subject).map { .names([$0]) }
    case .names: names(node, subject)
    case .labels: labels(node, subject)
    case .structure(let blocksFrom): structure(node, blocksFrom: blocksFrom, subject: subject)
    case .tensors: tensors(node, subject)
    }
  }

  private mutating func mismatch(
    _ node: SyntaxNode, _ rule: ValueRule, _ subject: String, help: [String] = []
  ) {
    report(node.span, "\(subject) takes \(rule.phrase), not \(node.phrase)", help: help)
  }

  /// An integer written in digits, from `least` to the largest size.
  mutating func integer(
    _ node: SyntaxNode, from least: Int, subject: String, rule: ValueRule? = nil
  ) -> Int? {
    guard let text = node.plainText, isInteger(text) else {
      let phrase = rule?.phrase ?? "an integer from \(least)"
      let isQuotedNumber = node.text.map(isInteger) ?? false
      report(
        node.span, "\(subject) takes \(phrase), not \(node.phrase)",
        help: isQuotedNumber
          ? ["write the number without quotes"] : diagnostics.guess(node.text, among: dims.keys))
      return nil
    }
    guard let value = Int(text), (least...ModelLimits.size).contains(value) else {
      report(
        node.span,
        "\(subject) is \(quoted(text)); it must be from \(least) to \(ModelLimits.size)")
      return nil
    }
    return value
  }

  private func isInteger(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    return !digits.isEmpty
      && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
  }

  mutating func size(
    _ node: SyntaxNode, from least: Int, _ rule: ValueRule, _ subject: String
  ) -> Int? {
    if let text = node.text, let dim = dims[text] { return dim }
    return integer(node, from: least, subject: subject, rule: rule)
  }

  private mutating func sizes(
    _ node: SyntaxNode, counts: ClosedRange<Int>, _ rule: ValueRule, _ subject: String
  ) -> [Int]? {
    guard let items = node.items, counts.contains(items.count) else {
      mismatch(node, rule, subject)
      return nil
    }
    let values = items.compactMap { size($0, from: 1, .size, subject) }
    return values.count == items.count ? values : nil
  }

  private mutating func permutation(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    if let text = node.text { return .names([Name(text, span: node.span)]) }
    guard let items = node.items, !items.isEmpty else {
      mismatch(node, .permutation, subject)
      return nil
    }
    let values = items.compactMap { integer($0, from: 0, subject: subject) }
    return values.count == items.count ? .integers(values) : nil
  }

  private mutating func seed(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    guard let text = node.plainText, isInteger(text), let value = Int(text), value >= 0 else {
      mismatch(node, .seed, subject)
      return nil
    }
    return .integer(value)
  }

  private mutating func limit(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    number(node, .positive, .limit, subject).map { .number($0) }
  }

  private mutating func number(
    _ node: SyntaxNode, _ range: NumberRange, _ rule: ValueRule, _ subject: String
  ) -> Double? {
    guard let text = node.plainText, isDecimal(text), let value = Double(text) else {
      mismatch(node, rule, subject)
      return nil
    }
    guard Float(value).isFinite, range.contains(value) else {
      let isRounded = !Float(value).isFinite || value > 0
      mismatch(
        node, rule, subject, help: isRounded ? ["numbers are kept as 32-bit floats"] : [])
      return nil
    }
    return value
  }

  /// Decimal notation only: no hexadecimal, infinity or NaN.
  private func isDecimal(_ text: String) -> Bool {
    text.utf8.count <= 64 && text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
  }

  private mutating func flag(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    switch node.plainText {
    case "true": return .flag(true)
    case "false": return .flag(false)
    default:
      mismatch(node, .flag, subject)
      return nil
    }
  }

  private mutating func word(
    _ node: SyntaxNode, among words: [String], _ rule: ValueRule, _ subject: String
  ) -> FieldValue? {
    if let text = node.text, words.contains(text) { return .word(text) }
    mismatch(node, rule, subject, help: diagnostics.guess(node.text, among: words))
    return nil
  }

  private mutating func text(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    guard let text = node.text else {
      mismatch(node, .text, subject)
      return nil
    }
    return .names([Name(text, span: node.span)])
  }

  private mutating func names(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    guard let items = node.items else {
      guard node.text != nil else {
        mismatch(node, .names, subject)
        return nil
      }
      return checkedName(node, what: subject).map { .names([$0]) }
    }
    let names = items.compactMap { checkedName($0, what: subject) }
    if items.isEmpty { mismatch(node, .names, subject) }
    return names.count == items.count && !items.isEmpty ? .names(names) : nil
  }

  private mutating func labels(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    guard let items = node.items, !items.isEmpty else {
      mismatch(node, .labels, subject)
      return nil
    }
    var labels: [Name] = []
    for item in items {
      guard let text = item.text, !text.isEmpty else {
        report(item.span, "\(subject) takes words, not \(item.phrase)")
        continue
      }
      labels.append(Name(text, span: item.span))
    }
    return labels.count == items.count ? .names(labels) : nil
  }

  private mutating func tensors(_ node: SyntaxNode, _ subject: String) -> FieldValue? {
    guard let entries = node.entries else {
      mismatch(node, .tensors, subject)
      return nil
    }
    var mappings: [TensorMapping] = []
    for entry in entries {
      guard let text = entry.value.text else {
        report(
          entry.value.span,
          "\(subject): \(quoted(entry.key)) takes the name of a tensor, not \(entry.value.phrase)"
        )
        continue
      }
      mappings.append(
        TensorMapping(
          role: Name(entry.key, span: entry.keySpan), tensor: Name(text, span: entry.value.span)))
    }
    return mappings.count == entries.count ? .tensors(mappings) : nil
  }
}
