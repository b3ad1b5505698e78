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
      "Format of the input: \(InputFormat.words) (default: by extension; needed for -).",
      valueName: "FMT"))
  var format: InputFormat?

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
      "Format of the output: \(OutputFormat.words) (default: by extension; needed for -).",
      valueName: "FMT"))
  var format: OutputFormat?

  func validate() throws {
    if format != nil && output == nil { throw ValidationError("--out needs -o") }
  }
}

/// What `--in` or `--out` takes.
protocol FormatChoice: ExpressibleByArgument {
  static var flag: String { get }
  static var formats: [DataFormat] { get }
  var format: DataFormat { get }
  init(format: DataFormat)
}

/// What inputs are read from.
struct InputFormat: FormatChoice {
  static let flag = "--in"
  static let formats = DataFormat.all
  let format: DataFormat
}

/// What outputs are written to.
struct OutputFormat: FormatChoice {
  static let flag = "--out"
  static let formats = DataFormat.outputs
  let format: DataFormat
}

extension FormatChoice {
  static var words: String { formats.map(\.name).joined(separator: ", ") }
  static var allValueStrings: [String] { formats.map(\.name) }

  init?(argument: String) {
    guard let format = DataFormat(named: argument), Self.formats.contains(format) else {
      return nil
    }
    self.init(format: format)
  }

  /// The format that was asked for, or that the extension names.
  static func format(_ choice: Self?, path: String) throws(Failure) -> DataFormat {
    if let choice { return choice.format }
    if path == "-" {
      throw Failure(.usage, "'-' has no extension: its format must be given with \(flag)")
    }
    let notes = ["the formats are \(words)"]
    guard let format = DataFormat(path: path) else {
      throw Failure(
        .usage, "the extension of '\(path)' names no format", notes: notes,
        help: ["give it with \(flag)"])
    }
    guard formats.contains(format) else {
      throw Failure(
        .usage, "'\(path)': outputs are f32, which cannot be written as \(format.name)",
        notes: notes)
    }
    return format
  }
}
