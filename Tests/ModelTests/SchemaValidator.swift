import Foundation
import Model

/// The part of JSON Schema 2020-12 that the published schema uses, over syntax trees: the schema
/// and the instance are both read as descriptions are.
struct SchemaValidator {
  let root: SyntaxNode

  /// True when `instance` is valid.
  func accepts(_ instance: SyntaxNode) -> Bool { accepts(instance, root) }

  private func accepts(_ value: SyntaxNode, _ schema: SyntaxNode) -> Bool {
    guard let keywords = schema.entries else { return schema.text == "true" }
    return keywords.allSatisfy { accepts(value, keyword: $0.key, $0.value, in: schema) }
  }

  /// Every keyword that the schema may use; another one fails the test that uses it.
  private func accepts(
    _ value: SyntaxNode, keyword: String, _ rule: SyntaxNode, in schema: SyntaxNode
  ) -> Bool {
    switch keyword {
    case "$schema", "title", "$defs", "description", "default": true
    case "$ref": accepts(value, definition(rule.text!))
    case "type": types(rule).contains { hasType(value, $0) }
    case "const": isEqual(value, rule)
    case "enum": rule.items!.contains { isEqual(value, $0) }
    case "anyOf": rule.items!.contains { accepts(value, $0) }
    case "properties":
      rule.entries!.allSatisfy { property in
        value[property.key].map { accepts($0, property.value) } ?? true
      }
    case "required": value.entries == nil || rule.items!.allSatisfy { value[$0.text!] != nil }
    case "additionalProperties": accepts(additional: value, rule, in: schema)
    case "propertyNames":
      value.entries?.allSatisfy { entry in
        accepts(SyntaxNode(.scalar(text: entry.key, isQuoted: true), span: entry.keySpan), rule)
      } ?? true
    case "minProperties": (value.entries?.count ?? .max) >= Int(rule.text!)!
    case "items": value.items?.allSatisfy { accepts($0, rule) } ?? true
    case "minItems": (value.items?.count ?? .max) >= Int(rule.text!)!
    case "maxItems": (value.items?.count ?? 0) <= Int(rule.text!)!
    case "minLength": string(value).map { $0.count >= Int(rule.text!)! } ?? true
    case "pattern": string(value).map { matches($0, rule.text!) } ?? true
    case "minimum": number(value).map { $0 >= Double(rule.text!)! } ?? true
    // Doubles would take 2^63 for 2^63 - 1.
    case "maximum":
      number(value) == nil || Decimal(string: value.text!)! <= Decimal(string: rule.text!)!
    case "exclusiveMinimum": number(value).map { $0 > Double(rule.text!)! } ?? true
    default: preconditionFailure("the validator does not know '\(keyword)'")
    }
  }

  private func accepts(
    additional value: SyntaxNode, _ rule: SyntaxNode, in schema: SyntaxNode
  ) -> Bool {
    let known = Set(schema["properties"]?.entries?.map(\.key) ?? [])
    let rest = value.entries?.filter { !known.contains($0.key) } ?? []
    return rule.text == "false" ? rest.isEmpty : rest.allSatisfy { accepts($0.value, rule) }
  }

  private func definition(_ reference: String) -> SyntaxNode {
    root["$defs"]![reference.replacing("#/$defs/", with: "")]!
  }

  private func types(_ rule: SyntaxNode) -> [String] {
    rule.items?.compactMap(\.text) ?? [rule.text!]
  }

  private func hasType(_ value: SyntaxNode, _ type: String) -> Bool {
    switch type {
    case "object": value.entries != nil
    case "array": value.items != nil
    case "string": string(value) != nil
    case "boolean": ["true", "false"].contains(value.plainText)
    case "number": number(value) != nil
    case "integer": number(value).map { $0.rounded() == $0 } ?? false
    default: false
    }
  }

  /// Numbers and words as YAML's core schema and JSON have them.
  private func number(_ value: SyntaxNode) -> Double? {
    guard let text = value.plainText,
      text.wholeMatch(of: /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/) != nil
    else { return nil }
    return Double(text)
  }

  private func string(_ value: SyntaxNode) -> String? {
    guard let text = value.text, number(value) == nil, !hasType(value, "boolean") else {
      return nil
    }
    return text
  }

  private func matches(_ text: String, _ pattern: String) -> Bool {
    (try? NSRegularExpression(pattern: pattern))?
      .firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
  }

  private func isEqual(_ a: SyntaxNode, _ b: SyntaxNode) -> Bool {
    if let x = number(a), let y = number(b) { return x == y }
    return a.text == b.text && string(a) != nil && string(b) != nil
  }
}

extension SyntaxNode {
  subscript(key: String) -> SyntaxNode? { entries?.first { $0.key == key }?.value }
}
