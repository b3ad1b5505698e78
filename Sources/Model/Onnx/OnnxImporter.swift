import Onnx

/// ONNX graph to description: every node becomes a layer, or a change of axes that a description,
/// whose values are vectors per step, does not need. What has no counterpart is refused by name.
package enum OnnxImporter {
  /// A name that a description accepts, like `text`.
  package static func word(_ text: String) -> String { DescriptionText.word(text) }

  /// `name` is the description's. Throws at the first node that cannot be expressed.
  package static func read(
    _ model: OnnxModel, name: String, shapes: [String: Int] = [:]
  ) throws(OnnxError) -> ImportedModel {
    var simple = try OnnxSimplifier.simplify(model, shapes: shapes)
    simple.graph = GeluPattern.recognised(in: simple.graph)
    let inputs = StateInputs(simple.graph)
    var best: (progress: Int, error: OnnxError)?
    // Which axis is time is not written in the file: the reading that every node agrees with is it.
    for axes in try AxisChoices.all(for: inputs.data) {
      var builder = ImportBuilder(simple, name: name, states: inputs)
      do throws(OnnxError) {
        return try builder.build(inputs: inputs.data, axes: axes)
      } catch {
        if best == nil || builder.progress > best!.progress { best = (builder.progress, error) }
      }
    }
    throw best?.error ?? OnnxError(at: .file, "has no input that could be a step's")
  }
}

/// Readings of the axes of the graph's inputs, likely ones first.
enum AxisChoices {
  /// Combinations tried in all.
  static let limit = 64

  /// For every input one list of axes.
  static func all(for inputs: [OnnxValueInfo]) throws(OnnxError) -> [[[StepAxis]]] {
    guard inputs.count <= limit else {
      throw OnnxError(at: .file, "has \(inputs.count) inputs of data; \(limit) may be imported")
    }
    var combinations: [[[StepAxis]]] = [[]]
    for input in inputs {
      let choices = try choices(for: input)
      combinations = Array(
        combinations.flatMap { start in choices.map { start + [$0] } }.prefix(limit))
    }
    return combinations
  }

  private static func choices(for input: OnnxValueInfo) throws(OnnxError) -> [[StepAxis]] {
    guard let shape = input.type?.shape, shape.count <= 8 else {
      throw OnnxError(at: .value(input.name), "is an input without a shape, which is not imported")
    }
    let isIndex = input.type?.elementType.map(isInteger) ?? false
    let wide = shape.indices.filter { shape[$0] != .known(1) }
    let features = wide.filter { shape[$0].size != nil }.reversed()
    var result: [[StepAxis]] = []
    for feature in features { result += readings(shape, wide.filter { $0 != feature }, feature) }
    if let last = shape.indices.last, shape[last] == .known(1) {
      result += readings(shape, wide, last)
    }
    let scalars = readings(shape, wide, nil)
    return isIndex ? scalars + result : result + scalars
  }

  private static func isInteger(_ type: OnnxElementType) -> Bool {
    if case .number(let number) = type { !number.isFloating } else { false }
  }

  /// `steps`: the axes that are batch or time.
  private static func readings(
    _ shape: [OnnxDimension], _ steps: [Int], _ feature: Int?
  ) -> [[StepAxis]] {
    let roles: [[StepAxis]]
    switch steps.count {
    case 0: roles = [[]]
    case 1: roles = [[.time], [.batch]]
    case 2:
      let isTimeFirst = looksLikeTime(shape[steps[0]]) && !looksLikeTime(shape[steps[1]])
      roles =
        isTimeFirst ? [[.time, .batch], [.batch, .time]] : [[.batch, .time], [.time, .batch]]
    default: return []
    }
    return roles.map { roles in
      var axes = Array(repeating: StepAxis.unit, count: shape.count)
      for (axis, role) in zip(steps, roles) { axes[axis] = role }
      if let feature { axes[feature] = .feature(0) }
      return axes
    }
  }

  private static func looksLikeTime(_ dimension: OnnxDimension) -> Bool {
    guard case .symbolic(let name) = dimension else { return false }
    let word = name.lowercased()
    return word == "t" || ["time", "seq", "step", "frame", "len"].contains { word.contains($0) }
  }
}
