import ArgumentParser
import DataFiles
import Diagnostics
import Model
import Onnx
import Plan

/// `rnnc check`: every problem of a description and its weights.
struct CheckCommand: Verb {
  static let verb = "check"
  static let configuration = CommandConfiguration(
    commandName: verb,
    abstract: "Check a model: syntax, shapes, weights, and that declared structure really holds.",
    discussion: """
      Exit code 1 says that there are errors; all of them are printed. A malformed ONNX file is \
      one error and exit code 65.
      """)

  @Argument(help: ArgumentHelp("A description, a plan or an ONNX file.", valueName: "MODEL"))
  var model: String
  @Option(
    parsing: .unconditional,
    help: "Largest magnitude of an entry outside a declared structure that may be dropped.")
  var tol: Float = 0
  @Flag(help: "Treat tensors that no layer uses as errors.") var strict = false
  @OptionGroup var description: DescriptionOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard tol >= 0 else { throw ValidationError("--tol takes a number from 0 on") }
  }

  func perform(_ session: Session) throws -> Answer {
    let diagnostics = try check(session)
    let errors = diagnostics.count { $0.severity == .error }
    let warnings = diagnostics.count - errors
    session.show(diagnostics)
    session.addResult(
      .object([
        "model": .string(model), "ok": .bool(errors == 0),
        "diagnostics": .array(diagnostics.map(JSON.init(diagnostic:))),
      ]))
    let counts = [counted(errors, "error"), counted(warnings, "warning")].compactMap { $0 }
    try session.print(
      "\(model): \(errors == 0 ? "ok" : "not ok")"
        + (counts.isEmpty ? "" : " (\(counts.joined(separator: ", ")))"))
    return errors == 0 ? .yes : .no
  }

  private func check(_ session: Session) throws -> [Diagnostic] {
    let file = try FileBytes(path: model)
    if file.isOnnx {
      guard description.overrides.isEmpty else {
        throw Failure(.usage, "--set: '\(model)' is an ONNX model")
      }
      _ = try OnnxFile.simplified(model, shapes: [:])
      return []
    }
    guard file.isPlan else {
      let options = LoadOptions(
        overrides: try description.parsed(), tolerance: tol, isStrict: strict)
      return try ModelLoader.check(path: model, options: options).diagnostics
    }
    do {
      _ = try Executable.load(model, description, CompilationChoice.host, session)
      return []
    } catch let error as InputError {
      return error.diagnostics
    } catch let failure as Failure where failure.status == .malformed {
      return [.error(file: model, failure.message)]
    } catch let failure as Failure where failure.status == .unavailable {
      return [.warning(file: model, failure.message)]
    }
  }

  private func counted(_ count: Int, _ noun: String) -> String? {
    count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
