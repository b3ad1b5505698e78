/// A JSON value whose keys keep their order, and its text.
package indirect enum JSONText: Sendable {
  case object([(String, JSONText)])
  case array([JSONText])
  case string(String)
  case integer(Int)
  case number(Double)
  case flag(Bool)

  /// Indented by two spaces; lists of plain values stand on one line where they fit.
  package func text(indent: Int = 0) -> String {
    let (outer, inner) = (spaces(indent), spaces(indent + 2))
    switch self {
    case .object(let pairs):
      let lines = pairs.map { inner + Self.quote($0) + ": " + $1.text(indent: indent + 2) }
      return pairs.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    case .array(let items):
      let line = "[" + items.map { $0.text() }.joined(separator: ", ") + "]"
      if items.allSatisfy(\.isPlain), indent + line.count <= 100 { return line }
      let lines = items.map { inner + $0.text(indent: indent + 2) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
    case .string(let text): return Self.quote(text)
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .flag(let value): return "\(value)"
    }
  }

  private var isPlain: Bool {
    switch self {
    case .object, .array: false
    default: true
    }
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  private static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
