/// One thing to tell the user, as a value; `DiagnosticRenderer` turns it into text.
package struct Diagnostic: Sendable {
  package enum Severity: String, Sendable { case error, warning }

  /// Where: a span in a text, or the name of a file (and a tensor or node inside it).
  package enum Place: Sendable {
    case span(SourceSpan)
    case file(String)
  }

  package var severity: Severity
  package var place: Place?
  /// One sentence, lower case, quoting the user's words in '...'.
  package var message: String
  package var notes: [String]
  package var help: [String]

  package init(
    _ severity: Severity, at place: Place?, _ message: String, notes: [String] = [],
    help: [String] = []
  ) {
    self.severity = severity
    self.place = place
    self.message = message
    self.notes = notes
    self.help = help
  }

  package static func error(
    _ span: SourceSpan, _ message: String, notes: [String] = [], help: [String] = []
  ) -> Diagnostic {
    Diagnostic(.error, at: .span(span), message, notes: notes, help: help)
  }

  package static func error(
    file: String, _ message: String, notes: [String] = [], help: [String] = []
  ) -> Diagnostic {
    Diagnostic(.error, at: .file(file), message, notes: notes, help: help)
  }

  package static func warning(
    _ span: SourceSpan, _ message: String, notes: [String] = [], help: [String] = []
  ) -> Diagnostic {
    Diagnostic(.warning, at: .span(span), message, notes: notes, help: help)
  }

  package static func warning(
    file: String, _ message: String, notes: [String] = [], help: [String] = []
  ) -> Diagnostic {
    Diagnostic(.warning, at: .file(file), message, notes: notes, help: help)
  }
}

/// The user's input cannot be used. Every reader throws this and nothing else.
package struct InputError: Error, Sendable {
  /// Decides the exit code: 65 for malformed, 66 for missing or unreadable, 64 where the input is
  /// sound and what was asked of it on the command line does not fit it.
  package enum Kind: Sendable { case malformed, missing, request }

  package let kind: Kind
  package let diagnostics: [Diagnostic]

  package init(_ kind: Kind = .malformed, _ diagnostics: [Diagnostic]) {
    self.kind = kind
    self.diagnostics = diagnostics
  }

  package init(_ kind: Kind = .malformed, _ diagnostic: Diagnostic) {
    self.init(kind, [diagnostic])
  }
}

/// The word of `candidates` nearest to `word` by edit distance, if it is near enough to be a slip.
package func nearestWord(to word: String, among candidates: [String]) -> String? {
  let length = word.count
  let limit = max(1, length / 3 + 1)
  // The lengths alone are a lower bound, and keep hostile words from costing their square.
  guard length <= 256 else { return nil }
  let near = candidates.filter { abs($0.count - length) <= limit }
  let best = near.map { ($0, editDistance(word, $0)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  guard let (candidate, distance) = best, distance <= limit else { return nil }
  return candidate
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substitution = diagonal + (x == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
