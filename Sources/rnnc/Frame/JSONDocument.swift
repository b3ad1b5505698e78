import Diagnostics
import Machines

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
    let record = DiagnosticRecord(diagnostic)
    self = .object([
      "file": .optional(record.file), "line": .optional(record.line),
      "column": .optional(record.column), "severity": .string(record.severity),
      "message": .string(record.message), "notes": .strings(record.notes),
      "help": .strings(record.help),
    ])
  }
}

extension Machine {
  /// The keys of every document's `environment`.
  fileprivate static var summary: [(key: String, value: JSON)] {
    [
      ("cpu", .string(processor)),
      ("cores", .integer(coreCount)),
      ("os", .string("\(systemName.system) \(systemName.release)")),
      ("arch", .string(systemName.machine)),
    ]
  }
}
