/// A diagnostic as plain fields, for `--json`: `{file, line, column, severity, message, notes, help}`.
package struct DiagnosticRecord: Sendable, Equatable {
  /// Nil for what concerns no file; line and column are nil for what concerns a whole file.
  package let file: String?
  package let line: Int?
  package let column: Int?
  package let severity: String
  package let message: String
  package let notes: [String]
  package let help: [String]

  package init(_ diagnostic: Diagnostic) {
    switch diagnostic.place {
    case .span(let span): (file, line, column) = (span.file.name, span.line, span.column)
    case .file(let name): (file, line, column) = (name, nil, nil)
    case nil: (file, line, column) = (nil, nil, nil)
    }
    severity = diagnostic.severity.rawValue
    message = diagnostic.message
    notes = diagnostic.notes
    help = diagnostic.help
  }
}
