import ArgumentParser

/// The tool: one verb per file of `Verbs`, what they share in `Frame`.
@main
struct RNNC: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rnnc",
    abstract: "A compiler and runtime for structured-sparse recurrent networks.",
    discussion: """
      MODEL is a description (.yaml, .json) or a compiled .plan, recognised by its content.
      Results go to stdout, everything else to stderr. MAC: one multiply-accumulate, 2 FLOP.
      """,
    version: toolVersion,
    subcommands: [
      CheckCommand.self, ShowCommand.self, ImportCommand.self, CompileCommand.self, RunCommand.self,
      BenchCommand.self, CompareCommand.self, CostCommand.self, EnvCommand.self,
    ])

  static let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }

  static func main() {
    installSignalHandlers()
    exitProcess(runTool(Array(CommandLine.arguments.dropFirst())))
  }
}

/// The version of the tool, as in `--version` and JSON documents.
let toolVersion = "0.1.0"
