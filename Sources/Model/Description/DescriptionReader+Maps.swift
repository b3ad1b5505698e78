import Diagnostics

/// Keys, names and dimensions.
extension DescriptionReader {
  /// Reads the keys of a map. nil when `node` is none; values that could not be read are absent.
  mutating func fields(of node: SyntaxNode, by rules: [KeyRule], subject: String) -> Fields? {
    guard let entries = node.entries else {
      let keys = rules.map(\.key)
      report(
        node.span, "\(subject) takes a map with \(choices(keys, "and")), not \(node.phrase)")
      return nil
    }
    return fields(of: entries, at: node.span, by: rules, subject: subject)
  }

  mutating func fields(
    of entries: some Collection<SyntaxNode.Entry>, at span: SourceSpan, by rules: [KeyRule],
    subject: String
  ) -> Fields {
    var fields = Fields()
    var given: Set<String> = []
    for entry in entries {
      given.insert(entry.key)
      guard let rule = rules.first(where: { $0.key == entry.key }) else {
        reportUnknown(entry, among: rules.map(\.key), subject: subject)
        continue
      }
      let valueSubject = "\(subject): '\(rule.key)'"
      guard let value = value(of: entry.value, by: rule.rule, subject: valueSubject) else {
        continue
      }
      fields[rule.key] = .init(value: value, keySpan: entry.keySpan, span: entry.value.span)
    }
    for rule in rules where !given.contains(rule.key) {
      if rule.isRequired {
        report(span, "\(subject): '\(rule.key)' is missing", help: ["it takes \(rule.rule.phrase)"])
      } else if let initial = rule.initial {
        fields[rule.key] = .init(value: initial, keySpan: span, span: span)
      }
    }
    return fields
  }

  mutating func reportUnknown(
    _ entry: SyntaxNode.Entry, among keys: [String], subject: String? = nil
  ) {
    report(
      entry.keySpan, (subject.map { "\($0): " } ?? "") + "unknown key \(quoted(entry.key))",
      notes: ["the keys here are \(choices(keys, "and"))"],
      help: diagnostics.guess(entry.key, among: keys))
  }

  mutating func checkedName(_ node: SyntaxNode, what: String) -> Name? {
    guard let text = node.text else {
      report(node.span, "\(what) is a word, not \(node.phrase)")
      return nil
    }
    return checkedName(text, node.span, what: what)
  }

  /// Names end up in files, in emitted C and on command lines.
  mutating func checkedName(_ text: String, _ span: SourceSpan, what: String) -> Name? {
    let isWord = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isWord, (1...ModelLimits.nameLength).contains(text.utf8.count) else {
      report(
        span, "\(what) cannot be \(quoted(text))",
        help: ["use up to \(ModelLimits.nameLength) letters, digits and the characters _ . -"])
      return nil
    }
    return Name(text, span: span)
  }

  mutating func readDims(_ node: SyntaxNode?) {
    guard let node else { return }
    guard let entries = node.entries else {
      return report(node.span, "'dims' takes a map from names to integers, not \(node.phrase)")
    }
    for entry in entries {
      // So that no dimension can be taken for a number.
      if let first = entry.key.first, ("0"..."9").contains(first) || first == "-" {
        report(
          entry.keySpan, "the name of a dimension cannot be \(quoted(entry.key))",
          help: ["begin it with a letter"])
        continue
      }
      guard let name = checkedName(entry.key, entry.keySpan, what: "the name of a dimension"),
        let value = integer(entry.value, from: 1, subject: "dims: '\(entry.key)'")
      else { continue }
      dims[name.text] = value
    }
    for override in overrides {
      guard case .dim(let name) = override.target, dims[name] != nil else { continue }
      dims[name] = override.value
    }
  }
}
