import ArgumentParser

/// When to colour the streams.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

/// The flags that every verb has (beside `--help` and `--version`).
struct CommonOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say on stderr what is done and how long it takes.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Print no warnings, notes or progress.")
  var quiet = false

  @Flag(help: "Print the result as one JSON document.")
  var json = false

  @Option(help: "Colour the output: auto, always or never.")
  var color = ColorChoice.auto

  @Flag(name: .customLong("no-progress"), help: "Show no progress on stderr.")
  var noProgress = false

  func validate() throws {
    if verbose && quiet { throw ValidationError("-v and -q exclude each other") }
  }
}
