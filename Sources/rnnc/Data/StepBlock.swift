/// Consecutive steps of all inputs of a model.
struct StepBlock {
  /// One port's rows, `[steps, width]`.
  enum Rows {
    case floats([Float])
    case integers([Int32])
  }

  var steps: Int
  /// In the order of the program's inputs.
  var inputs: [Rows]

  /// Steps `range` of the same inputs; `widths` are elements per step.
  func slice(_ range: Range<Int>, widths: [Int]) -> StepBlock {
    if range == 0..<steps { return self }
    let parts = zip(inputs, widths).map { rows, width in
      let elements = range.lowerBound * width..<range.upperBound * width
      return switch rows {
      case .floats(let values): Rows.floats(Array(values[elements]))
      case .integers(let values): Rows.integers(Array(values[elements]))
      }
    }
    return StepBlock(steps: range.count, inputs: parts)
  }
}
