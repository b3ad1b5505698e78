import ArgumentParser
import Onnx

/// What only ONNX models take.
struct OnnxOptions: ParsableArguments {
  /// `out=in`: an output of the graph that is an input of the next step.
  struct State: ExpressibleByArgument {
    let output: String
    let input: String

    init?(argument: String) {
      guard let (left, right) = Self.halves(argument) else { return nil }
      (output, input) = (left, right)
    }

    fileprivate static func halves(_ text: String) -> (String, String)? {
      guard let sign = text.firstIndex(of: "=") else { return nil }
      let (left, right) = (text[..<sign], text[text.index(after: sign)...])
      return left.isEmpty || right.isEmpty ? nil : (String(left), String(right))
    }
  }

  /// `name=N`: the size of a symbolic axis.
  struct Axis: ExpressibleByArgument {
    let name: String
    let size: Int

    init?(argument: String) {
      guard let (left, right) = State.halves(argument), let size = Int(right), size >= 0 else {
        return nil
      }
      (name, self.size) = (left, size)
    }
  }

  @Option(
    name: .customLong("state"), parsing: .unconditional,
    help: ArgumentHelp(
      "An ONNX model's output that is an input of its next step; the model then streams.",
      valueName: "OUT=IN"))
  var states: [State] = []

  @Option(
    name: .customLong("shape"), parsing: .unconditional,
    help: ArgumentHelp("Size of a symbolic axis of an ONNX model.", valueName: "NAME=N"))
  var axes: [Axis] = []

  /// Each axis once.
  func shapes() throws(Failure) -> [String: Int] {
    var shapes: [String: Int] = [:]
    for axis in axes where shapes.updateValue(axis.size, forKey: axis.name) ?? axis.size != axis.size
    {
      throw Failure(.usage, "--shape: '\(axis.name)' has two sizes")
    }
    return shapes
  }

  /// Every axis must be one of the model's.
  static func check(
    _ shapes: [String: Int], for model: OnnxModel, _ path: String
  ) throws(Failure) {
    let known = OnnxSimplifier.symbols(of: model.graph)
    guard let wrong = shapes.keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw Failure(
      .usage, "--shape: no input of '\(path)' has an axis '\(wrong)'",
      notes: [
        known.isEmpty
          ? "every axis has a number" : "the named axes are \(known.joined(separator: ", "))"
      ])
  }

  /// For verbs that got no ONNX model.
  func refuse(for model: String) throws(Failure) {
    guard states.isEmpty, axes.isEmpty else {
      let flag = states.isEmpty ? "--shape" : "--state"
      throw Failure(.usage, "\(flag): '\(model)' is no ONNX model")
    }
  }
}
