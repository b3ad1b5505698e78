import ArgumentParser

/// For verbs that read a description.
struct DescriptionOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Replace a dimension of the description (repeatable).", valueName: "dims.NAME=VALUE"))
  var overrides: [String] = []
}

/// For verbs whose work depends on the instruction set.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Instruction set to compile for: \(TargetChoice.words.joined(separator: ", ")).",
      valueName: "target"))
  var target = TargetChoice.host
}
