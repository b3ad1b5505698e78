import Onnx

/// Finds what each axis means after a Reshape: axes stay, ones come and go, the vector is split
/// into parts or put together again, batch and time become one axis or two.
struct ReshapeMatcher {
  private let value: StepValue
  private let after: [OnnxDimension]
  /// The axes that are more than a one, in order, with their sizes.
  private var open: [(axis: StepAxis, size: OnnxDimension)]
  private var parts: [Int]
  private var axes: [StepAxis] = []

  init(_ value: StepValue, before: [OnnxDimension], after: [OnnxDimension]) {
    self.value = value
    self.after = after
    parts = value.parts
    open = zip(value.axes, before).filter { $0.0 != .unit }.map { ($0.0, $0.1) }
  }

  /// The value under its new axes; with `order` where the vector's elements changed places:
  /// element i comes from element order[i]. Nil where steps would mix.
  mutating func match() -> (StepValue, order: [Int]?)? {
    var order: [Int]?
    var place = 0
    while place < after.count {
      let size = after[place]
      guard let next = open.first else {
        guard size == .known(1) else { return nil }
        axes.append(.unit)
        place += 1
        continue
      }
      if size == next.size, size != .unknown {
        axes.append(next.axis)
        open.removeFirst()
        place += 1
      } else if size == .known(1) {
        axes.append(.unit)
        place += 1
      } else if let used = split(next, from: place) {
        place += used
      } else if let found = merged(into: size) {
        if let found { order = found }
        place += 1
      } else if rowsTogether(remaining: after.count - place) {
        place += 1
      } else {
        return nil
      }
    }
    guard open.allSatisfy({ $0.size == .known(1) && !$0.axis.isFeature }) else { return nil }
    var result = value
    result.axes = axes
    result.parts = parts
    return (result, order)
  }

  /// One axis of before to several of after; returns how many.
  private mutating func split(_ next: (axis: StepAxis, size: OnnxDimension), from place: Int)
    -> Int?
  {
    if case .rows(let inner) = next.axis, after.count - place >= inner.count {
      axes += inner
      open.removeFirst()
      return inner.count
    }
    guard case .feature(let part) = next.axis, let whole = next.size.size else { return nil }
    var sizes: [Int] = []
    var product = 1
    for dimension in after[place...] {
      guard let size = dimension.size, size > 0, product < whole else { break }
      sizes.append(size)
      product *= size
      if product > whole { return nil }
    }
    guard product == whole, sizes.count > 1 else { return nil }
    // Parts behind this one move up by those that come in between.
    let shift = sizes.count - 1
    func renumbered(_ axis: StepAxis) -> StepAxis {
      if case .feature(let index) = axis, index > part { .feature(index + shift) } else { axis }
    }
    parts.replaceSubrange(part...part, with: sizes)
    axes = axes.map(renumbered) + sizes.indices.map { .feature(part + $0) }
    open = open.dropFirst().map { (renumbered($0.axis), $0.size) }
    return sizes.count
  }

  /// All parts of the vector to one axis. The inner optional is the elements' order, where it is
  /// not their own.
  private mutating func merged(into size: OnnxDimension) -> [Int]?? {
    guard size == .known(value.width) else { return nil }
    let run = open.prefix { $0.axis.isFeature }
    guard run.count == parts.count, run.count > 1 else { return nil }
    let sequence = run.compactMap { entry -> Int? in
      if case .feature(let part) = entry.axis { part } else { nil }
    }
    var strides = Array(repeating: 1, count: parts.count)
    for part in parts.indices.dropLast().reversed() {
      strides[part] = strides[part + 1] * parts[part + 1]
    }
    var order = [0]
    for part in sequence {
      order = order.flatMap { base in (0..<parts[part]).map { base + $0 * strides[part] } }
    }
    open.removeFirst(run.count)
    axes.append(.feature(0))
    parts = [value.width]
    return .some(order == Array(0..<value.width) ? nil : order)
  }

  /// Batch and time to one axis.
  private mutating func rowsTogether(remaining: Int) -> Bool {
    let run = open.prefix { $0.axis == .batch || $0.axis == .time }
    guard run.count == 2, open.count - run.count <= remaining - 1 else { return false }
    axes.append(.rows(run.map(\.axis)))
    open.removeFirst(run.count)
    return true
  }
}
