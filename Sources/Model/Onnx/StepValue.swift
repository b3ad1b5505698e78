import Onnx

/// A value of the graph as the description has it: a layer's (or input's) vector of every step.
struct StepValue: Sendable {
  /// The layer or input; nil for a state that is no layer's result.
  var source: String?
  /// Elements of the vector.
  var width: Int
  /// What the axes of the graph's array mean.
  var axes: [StepAxis]
  /// Sizes of the vector's parts, where Reshape has split it; `.feature(i)` is part i.
  var parts: [Int]
  /// Of the last step only.
  var isFinal = false
  /// States whose final values it holds, untouched but for axes, and where in the array.
  var states: [ImportedModel.StatePart] = []
  /// It is all steps' result too, so that as an output it is one.
  var isSequence = true

  init(source: String?, width: Int, axes: [StepAxis]) {
    self.source = source
    self.width = width
    self.axes = axes
    parts = [width]
  }

  /// The axis of the vector, where it is in one piece; nil for scalars per step too.
  var featureAxis: Int? {
    parts.count == 1 ? axes.firstIndex(of: .feature(0)) : nil
  }

  /// The same array as a new layer's result.
  func replaced(by source: String, width: Int? = nil) -> StepValue {
    var value = self
    value.source = source
    value.states = []
    value.isSequence = true
    if let width {
      value.width = width
      value.parts = [width]
    }
    return value
  }

  /// The axes in another order, or some of them: new axis i is old axis order[i], or a one.
  mutating func rearrange(_ order: [Int?]) {
    let old = axes
    axes = order.map { $0.map { old[$0] } ?? .unit }
    for i in states.indices {
      let place = states[i].place
      states[i].place = order.map { $0.flatMap { place[$0] } }
    }
  }
}
