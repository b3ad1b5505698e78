import DataFiles
import Diagnostics
import Testing

/// One rule of a reader and the smallest file that breaks it.
struct BadFile: Sendable, CustomTestStringConvertible {
  /// What is wrong with the file.
  let rule: String
  let bytes: [UInt8]
  /// Part of the sentence that the user reads.
  let message: String

  init(_ rule: String, _ bytes: [UInt8], _ message: String) {
    self.rule = rule
    self.bytes = bytes
    self.message = message
  }

  var testDescription: String { rule }

  /// Expects one malformed-input error with this file's message, placed in the file.
  func expectRefused(
    by read: (FileBytes) throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectRefusal(message, sourceLocation: sourceLocation) {
      try read(FileBytes(name: "bad.file", copying: bytes))
    }
  }
}

/// Expects that `read` throws one error of this kind, whose message holds `text`.
func expectRefusal(
  _ text: String, kind: InputError.Kind = .malformed,
  sourceLocation: SourceLocation = #_sourceLocation, _ read: () throws -> Void
) {
  do {
    try read()
    Issue.record("read without an error, expected '\(text)'", sourceLocation: sourceLocation)
  } catch {
    guard let error = error as? InputError else {
      Issue.record(error, sourceLocation: sourceLocation)
      return
    }
    let report = DiagnosticRenderer().render(error.diagnostics)
    #expect(error.kind == kind, sourceLocation: sourceLocation)
    #expect(error.diagnostics.count == 1, sourceLocation: sourceLocation)
    #expect(report.contains(text), sourceLocation: sourceLocation)
    #expect(error.diagnostics.allSatisfy { $0.place != nil }, sourceLocation: sourceLocation)
  }
}
