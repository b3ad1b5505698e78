/// Turns diagnostics into the text that a person reads.
///
/// ```
/// kws.yaml:20:17: error: rnn1: 'rnn1.weight_hh_l0' is not block diagonal with 8 blocks
///    20 |     recurrent: {structure: block_diagonal, blocks: 8}
///       |                 ^~~~~~~~~
/// note: it is block diagonal with 4 blocks
/// help: write 'blocks: 4'
/// ```
///
/// Control characters never reach the terminal: whoever wrote the input must not steer it.
package struct DiagnosticRenderer: Sendable {
  package var usesColor: Bool

  package init(usesColor: Bool = false) { self.usesColor = usesColor }

  /// All of them, one after the other; every line ends with a newline.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map(render).joined()
  }

  package func render(_ diagnostic: Diagnostic) -> String {
    var lines = [headline(diagnostic)]
    if case .span(let span) = diagnostic.place { lines += picture(span) }
    lines += diagnostic.notes.map { "\(painted("note:", .cyan)) \(printable($0))" }
    lines += diagnostic.help.map { "\(painted("help:", .green)) \(printable($0))" }
    return lines.map { $0 + "\n" }.joined()
  }

  private func headline(_ diagnostic: Diagnostic) -> String {
    let severity = painted(
      "\(diagnostic.severity.rawValue):", diagnostic.severity == .error ? .red : .magenta)
    let message = painted(printable(diagnostic.message), .bold)
    guard let place = diagnostic.place else { return "\(severity) \(message)" }
    return "\(painted(printable(place.text) + ":", .bold)) \(severity) \(message)"
  }

  /// The source line and the caret range under it; nothing where the line is unknown.
  private func picture(_ span: SourceSpan) -> [String] {
    guard let line = span.file.line(span.line) else { return [] }
    let excerpt = SourceExcerpt(line, column: span.column, length: span.length)
    let number = String(span.line)
    let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
    let margin = String(repeating: " ", count: gutter.count)
    let caret = "^" + String(repeating: "~", count: excerpt.caretWidth - 1)
    return [
      "\(gutter) | \(excerpt.text)",
      "\(margin) | \(String(repeating: " ", count: excerpt.caretOffset))\(painted(caret, .green))",
    ]
  }

  private enum Color: String {
    case bold = "1"
    case red = "1;31"
    case magenta = "1;35"
    case green = "1;32"
    case cyan = "1;36"
  }

  private func painted(_ text: String, _ color: Color) -> String {
    usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}

extension Diagnostic.Place {
  /// `file:line:column`, or the file's name.
  package var text: String {
    switch self {
    case .span(let span): "\(span.file.name):\(span.line):\(span.column)"
    case .file(let name): name
    }
  }
}

/// The text with control characters written as `\u{1B}`.
private func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if isControl(scalar) {
      let code = String(scalar.value, radix: 16, uppercase: true)
      result.append(contentsOf: "\\u{\(code)}".unicodeScalars)
    } else {
      result.append(scalar)
    }
  }
  return String(result)
}

/// Control characters, line separators, and the marks that reorder text on a screen.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  default: false
  }
}
