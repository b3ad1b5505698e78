import Diagnostics

/// A JSON value whose keys keep their order, and its text.
package indirect enum JSONText: Sendable {
  case object([(String, JSONText)])
  case array([JSONText])
  case string(String)
  case integer(Int)
  case number(Double)
  case flag(Bool)
  case null

  /// Reads a small file that is one JSON value.
  ///
  /// Numbers without fraction and exponent that fit an `Int` are integers. Keys must not repeat.
  package static func read(_ file: FileBytes) throws(InputError) -> JSONText {
    guard file.count <= DataLimits.jsonFileBytes else {
      throw .malformed(file.name, "is longer than \(DataLimits.jsonFileBytes) bytes")
    }
    var scanner = JsonScanner(file, range: 0..<file.count, part: "file")
    let value = try scanner.value(depth: DataLimits.jsonDepth)
    try scanner.finish()
    return value
  }

  /// Indented by two spaces; lists of plain values stand on one line where they fit, and with
  /// `joinsObjects` so do objects.
  package func text(indent: Int = 0, joinsObjects: Bool = false) -> String {
    let (outer, inner) = (spaces(indent), spaces(indent + 2))
    switch self {
    case .object(let pairs):
      if joinsObjects, pairs.allSatisfy(\.1.isPlain), indent + line.count <= 90 {
        return "{" + pairs.map { Self.quote($0) + ": " + $1.line }.joined(separator: ", ") + "}"
      }
      let lines = pairs.map {
        inner + Self.quote($0) + ": " + $1.text(indent: indent + 2, joinsObjects: joinsObjects)
      }
      return pairs.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    case .array(let items):
      let line = "[" + items.map { $0.text() }.joined(separator: ", ") + "]"
      if items.allSatisfy(\.isPlain), indent + line.count <= 100 { return line }
      let lines = items.map { inner + $0.text(indent: indent + 2, joinsObjects: joinsObjects) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
    case .string(let text): return Self.quote(text)
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .flag(let value): return "\(value)"
    case .null: return "null"
    }
  }

  /// The same on one line.
  package var line: String {
    switch self {
    case .object(let pairs):
      "{" + pairs.map { Self.quote($0) + ":" + $1.line }.joined(separator: ",") + "}"
    case .array(let items): "[" + items.map(\.line).joined(separator: ",") + "]"
    default: text()
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
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
