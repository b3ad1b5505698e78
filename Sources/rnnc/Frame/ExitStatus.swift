import Compiler
import DataFiles
import Diagnostics

/// The exit codes (INTERFACE section 1).
enum ExitStatus: Int32 {
  case done = 0
  case no = 1
  case usage = 64
  case malformed = 65
  case missing = 66
  case unavailable = 69
  case internalError = 70
  case cannotCreate = 73
  case inputOutput = 74
  case interrupted = 130
  case readerGone = 141
}

/// Why a verb cannot go on, with the exit code that says so.
struct Failure: Error {
  let status: ExitStatus
  let message: String
  var notes: [String] = []
  var help: [String] = []
  /// What a reader found, when that is the reason.
  var diagnostics: [Diagnostic] = []

  init(_ status: ExitStatus, _ message: String, notes: [String] = [], help: [String] = []) {
    self.status = status
    self.message = message
    self.notes = notes
    self.help = help
  }

  /// Every error that the targets below throw, with its code; anything else is a bug of ours.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure:
      self = failure
    case let input as InputError:
      let status: ExitStatus =
        switch input.kind {
        case .malformed: .malformed
        case .missing: .missing
        case .request: .usage
        }
      self.init(status, Self.summary(input))
      diagnostics = input.diagnostics
    case let output as OutputError:
      let statuses: [OutputError.Kind: ExitStatus] = [
        .cannotCreate: .cannotCreate, .inputOutput: .inputOutput, .readerGone: .readerGone,
      ]
      self.init(statuses[output.kind]!, output.description)
    case let bug as CompilerBug: self.init(bug: bug.message)
    default: self.init(bug: "\(error)")
    }
  }

  private init(bug: String) {
    self.init(
      .internalError, bug, notes: ["this is a bug in rnnc \(toolVersion)"], help: [reportingHelp])
  }

  private static func summary(_ error: InputError) -> String {
    let errors = error.diagnostics.filter { $0.severity == .error }
    guard let first = errors.first else { return "the input cannot be used" }
    return errors.count == 1 ? first.message : "\(first.message) (and \(errors.count - 1) more)"
  }
}

/// Printed with every exit 70.
let reportingHelp =
  "please report it to the project with the command line, the model and the output of 'rnnc env'"
