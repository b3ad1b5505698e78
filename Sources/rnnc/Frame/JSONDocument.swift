import Diagnostics

/// The one document that `--json` prints.
struct JSONDocument {
  let verb: String
  /// Further keys of the environment: the target, the seed ...
  var environment: [(key: String, value: JSON)] = []
  var results: [JSON] = []
  var warnings: [String] = []

  var text: String { document(key: "results", .array(results)) }

  /// The same with an error in place of the results.
  func text(failure: Failure) -> String {
    document(
      key: "error",
      .object([
        "code": .integer(Int(failure.status.rawValue)),
        "message": .string(failure.message),
        "diagnostics": .array(failure.diagnostics.map(JSON.init(diagnostic:))),
        "notes": .strings(failure.notes),
        "help": .strings(failure.help),
      ]))
  }

  private func document(key: String, _ value: JSON) -> String {
    JSON.object([
      (key: "schema", value: .string("rnnc.\(verb)/1")),
      (key: "tool", value: .string(toolVersion)),
      (key: "environment", value: .object(Machine.summary + environment)),
      (key: key, value: value),
      (key: "warnings", value: .strings(warnings)),
    ]).text
  }
}

extension JSON {
  /// `{file, line, column, severity, message, notes, help}`; line and column are null where the
  /// place is a whole file.
  init(diagnostic: Diagnostic) {
    var (file, line, column) = (JSON.null, JSON.null, JSON.null)
    switch diagnostic.place {
    case .span(let span):
      (file, line, column) = (.string(span.file.name), .integer(span.line), .integer(span.column))
    case .file(let name): file = .string(name)
    case nil: break
    }
    self = .object([
      "file": file, "line": line, "column": column,
      "severity": .string(diagnostic.severity.rawValue), "message": .string(diagnostic.message),
      "notes": .strings(diagnostic.notes), "help": .strings(diagnostic.help),
    ])
  }
}
