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
  @Option(
    help: ArgumentHelp(
      "How matrices are stored: f32, or bf16 in half the bytes (default: f32).",
      valueName: "type"))
  var type: WeightTypeChoice?

  var choice: CompilationChoice { CompilationChoice(target: target, weights: type) }
}
