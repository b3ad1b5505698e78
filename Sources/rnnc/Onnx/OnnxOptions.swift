import ArgumentParser
import Onnx

/// What only ONNX models take.
struct OnnxOptions: ParsableArguments {
  /// `out=in`: an output of the graph that is an input of the next step.
  struct State: ExpressibleByArgument {
    let output: String
    let input: String

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
      (output, input) = (String(parts[0]), String(parts[1]))
    }
  }

  @Option(
    name: .customLong("state"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "An ONNX model's output that is an input of its next step (repeatable); the model streams.",
      valueName: "OUT=IN"))
  var states: [State] = []

  @OptionGroup var shapes: ShapeOptions

  /// For verbs that got no ONNX model.
  func refuse(for model: String) throws(Failure) {
    guard states.isEmpty, shapes.bindings.isEmpty else {
      let flag = states.isEmpty ? "--shape" : "--state"
      throw Failure(.usage, "\(flag): '\(model)' is no ONNX model")
    }
  }
}
