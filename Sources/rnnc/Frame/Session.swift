import Diagnostics
import Glibc

/// One run of one verb: where its result, its warnings and its errors go.
final class Session {
  let options: CommonOptions
  let output = StandardOutput()
  let outputPalette: Palette
  let errorPalette: Palette
  private(set) var document: JSONDocument
  private let start = ContinuousClock.now
  private var said: Set<String> = []

  init(verb: String, options: CommonOptions) {
    self.options = options
    document = JSONDocument(verb: verb)
    outputPalette = Palette(choice: options.color, descriptor: STDOUT_FILENO)
    errorPalette = Palette(choice: options.color, descriptor: STDERR_FILENO)
  }

  var isJSON: Bool { options.json }

  /// Text of the result; under `--json` there is none.
  func print(_ text: @autoclosure () -> String) throws(Failure) {
    if !isJSON { try output.write(text() + "\n") }
  }

  func print(_ table: Table) throws(Failure) {
    if !isJSON { try output.write(table.text(outputPalette)) }
  }

  /// One entry of the document's `results`.
  func addResult(_ result: @autoclosure () -> JSON) {
    if isJSON { document.results.append(result()) }
  }

  /// One more key of the document's `environment`.
  func addEnvironment(_ key: String, _ value: JSON) {
    document.environment.removeAll { $0.key == key }
    document.environment.append((key, value))
  }

  /// A fact worth knowing, on stderr.
  func note(_ text: @autoclosure () -> String) {
    if !options.quiet { writeToStandardError(errorPalette.dim("note:") + " " + text() + "\n") }
  }

  /// The same, but for what has been said already.
  func noteOnce(_ text: String) {
    if said.insert(text).inserted { note(text) }
  }

  /// What is being done, on stderr, under `-v` only, with the time since the start.
  func log(_ text: @autoclosure () -> String) {
    guard options.verbose else { return }
    let elapsed = milliseconds(ContinuousClock.now - start)
    writeToStandardError(errorPalette.dim("[\(fixed(elapsed, 1)) ms]") + " " + text() + "\n")
  }

  func warn(_ text: String) { show([Diagnostic(.warning, at: nil, text)]) }

  /// Diagnostics as text on stderr; warnings go into the document too.
  func show(_ diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics {
      if diagnostic.severity == .warning {
        document.warnings.append(diagnostic.message)
        if options.quiet { continue }
      } else if isJSON {
        continue
      }
      writeToStandardError(rendered(diagnostic))
    }
  }

  private func rendered(_ diagnostic: Diagnostic) -> String {
    DiagnosticRenderer(usesColor: errorPalette.isColored).render(diagnostic)
  }

  func makeProgress() -> Progress { Progress(isWanted: !options.noProgress && !options.quiet) }

  /// Writes what is left to write.
  func finish() throws(Failure) {
    if isJSON { try output.write(document.text + "\n") }
    try output.flush()
  }

  /// Tells the user why it ended.
  func report(_ error: any Error) -> ExitStatus {
    let failure = Failure(error)
    if failure.status == .readerGone { return .readerGone }
    do {
      if isJSON { try output.write(document.text(failure: failure) + "\n") }
      try output.flush()
    } catch {
      return error.status == .readerGone ? .readerGone : failure.status
    }
    if isJSON { return failure.status }
    if failure.diagnostics.isEmpty {
      show([Diagnostic(.error, at: nil, failure.message, notes: failure.notes, help: failure.help)])
    } else {
      show(failure.diagnostics)
    }
    return failure.status
  }
}

/// A duration in milliseconds.
func milliseconds(_ duration: Duration) -> Double {
  let (seconds, attoseconds) = duration.components
  return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
}
