import ArgumentParser
import DataFiles

/// Where `run` reads its input.
struct InputOptions: ParsableArguments {
  enum Padding: String, ExpressibleByArgument, CaseIterable { case zero }

  @Option(
    name: [.customShort("i"), .customLong("input")],
    help: ArgumentHelp("Input file, or - for stdin.", valueName: "PATH"))
  var input: String

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp(
      "Format of the input: \(FormatChoice.words) (default: by extension; needed for -).",
      valueName: "FMT"))
  var format: FormatChoice?

  @Option(help: "Fill a trailing partial step: zero (default: it is an error).")
  var pad: Padding?
}

/// Where `run` writes its output.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Output file, or - for stdout (default: print a summary).", valueName: "PATH"))
  var output: String?

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp(
      "Format of the output: \(FormatChoice.words) (default: by extension; needed for -).",
      valueName: "FMT"))
  var format: FormatChoice?

  func validate() throws {
    if format != nil && output == nil { throw ValidationError("--out needs -o") }
  }
}

/// What `--in` and `--out` take.
struct FormatChoice: ExpressibleByArgument {
  let format: DataFormat

  static let words = DataFormat.all.map(\.name).joined(separator: ", ")
  static var allValueStrings: [String] { DataFormat.all.map(\.name) }

  init?(argument: String) {
    guard let format = DataFormat(named: argument) else { return nil }
    self.format = format
  }

  /// The format that was asked for, or that the extension names.
  static func format(
    _ choice: FormatChoice?, path: String, flag: String
  ) throws(Failure) -> DataFormat {
    if let choice { return choice.format }
    if path == "-" {
      throw Failure(.usage, "'-' has no extension: its format must be given with \(flag)")
    }
    guard let format = DataFormat(path: path) else {
      throw Failure(
        .usage, "the extension of '\(path)' names no format", notes: ["the formats are \(words)"],
        help: ["give it with \(flag)"])
    }
    return format
  }
}
