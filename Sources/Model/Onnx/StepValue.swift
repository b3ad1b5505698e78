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

  /// Makes a part of one element, whose axis is `axis`, a one that means nothing.
  mutating func dropPart(_ part: Int, at axis: Int) {
    axes[axis] = .unit
    guard parts.count > 1 else { return }
    parts.remove(at: part)
    renumber { $0 > part ? $0 - 1 : $0 }
  }

  /// New numbers for the vector's parts.
  mutating func renumber(_ change: (Int) -> Int) {
    axes = axes.map { axis in
      if case .feature(let part) = axis { .feature(change(part)) } else { axis }
    }
  }
}
