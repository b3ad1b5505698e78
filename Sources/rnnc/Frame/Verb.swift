import ArgumentParser
import Diagnostics

/// A subcommand: it does its work through a `Session` and answers yes (0) or no (1).
protocol Verb: ParsableCommand {
  /// The word on the command line, and in the JSON schema's name.
  static var verb: String { get }
  var common: CommonOptions { get }
  func perform(_ session: Session) throws -> Answer
}

/// What a verb that came to an end says: exit codes 0 and 1.
enum Answer { case yes, no }

/// Runs one command line and returns the process's exit code. Everything that can go wrong ends
/// here: as text on stderr, or as a JSON document on stdout under `--json`.
func runTool(_ arguments: [String]) -> ExitStatus {
  let verb: any Verb
  do {
    try checkVerb(arguments)
    var command = try RNNC.parseAsRoot(arguments)
    guard let parsed = command as? any Verb else {
      if command is RNNC { throw ValidationError("a verb is missing") }
      // The parser's own: help.
      try command.run()
      return .done
    }
    verb = parsed
  } catch {
    return report(parsing: error, arguments)
  }
  let session = Session(verb: type(of: verb).verb, options: verb.common)
  do {
    let answer = try verb.perform(session)
    try session.finish()
    return answer == .yes ? .done : .no
  } catch {
    return session.report(error)
  }
}

/// The parser would call a misspelt verb an unexpected argument.
private func checkVerb(_ arguments: [String]) throws {
  guard let word = arguments.first, !word.hasPrefix("-"), !(RNNC.verbs + ["help"]).contains(word)
  else { return }
  let near = nearestWord(to: word, among: RNNC.verbs).map { ", did you mean '\($0)'?" } ?? ""
  throw ValidationError(
    "there is no verb '\(word)'\(near) (\(RNNC.verbs.joined(separator: ", ")))")
}

/// Help and versions go to stdout (0), wrong command lines to stderr (64).
private func report(parsing error: any Error, _ arguments: [String]) -> ExitStatus {
  let text = RNNC.fullMessage(for: error)
  let output = StandardOutput()
  do {
    if RNNC.exitCode(for: error).isSuccess {
      try output.write(text + "\n")
      try output.flush()
      return .done
    }
    if arguments.prefix(while: { $0 != "--" }).contains("--json") {
      let failure = Failure(.usage, RNNC.message(for: error))
      let verb = arguments.first { RNNC.verbs.contains($0) } ?? "error"
      try output.write(JSONDocument(verb: verb).text(failure: failure) + "\n")
      try output.flush()
      return .usage
    }
  } catch {
    return error.status
  }
  writeToStandardError(text + "\n")
  return .usage
}
