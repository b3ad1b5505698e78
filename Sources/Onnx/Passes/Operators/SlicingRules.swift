import Tensors

/// Operators that take parts of a value.
enum SlicingRules {
  static let table: [String: OperatorRule] = [
    "Slice": OperatorRule(slice, fold: foldSlice),
    "Split": OperatorRule(split, fold: foldSplit),
    "Gather": OperatorRule(gather, fold: foldGather),
    "GatherElements": OperatorRule(gatherElements),
    "Pad": OperatorRule(pad),
  ]

  // MARK: Slice

  private struct Cut {
    var start, step, count: Int
  }

  /// What Slice takes of each axis; nil where it depends on the graph's inputs. Axes whose size is
  /// not known have no cut.
  private static func cuts(
    _ view: NodeView, _ shape: [OnnxDimension]
  ) throws(OnnxError) -> [Int: Cut?]? {
    guard case .known(let starts) = try view.parameter("starts", input: 1),
      case .known(let ends) = try view.parameter("ends", input: 2)
    else { return nil }
    var axes = Array(starts.indices)
    var steps = Array(repeating: 1, count: starts.count)
    switch try view.parameter("axes", input: 3) {
    case .unknown: return nil
    case .absent: break
    case .known(let values): axes = values
    }
    if view.has(4) {
      guard let values = view[4].integers else { return nil }
      steps = values
    }
    guard axes.count == starts.count, ends.count == starts.count, steps.count == starts.count,
      !steps.contains(0)
    else { throw view.fail("its starts, ends, axes and steps do not fit together") }
    var result: [Int: Cut?] = [:]
    for (i, axis) in try view.axes(axes, rank: shape.count).enumerated() {
      let cut = shape[axis].size.map { cutOf(starts[i], ends[i], steps[i], size: $0) }
      result.updateValue(cut, forKey: axis)
    }
    return result
  }

  private static func cutOf(_ start: Int, _ end: Int, _ step: Int, size: Int) -> Cut {
    func clamped(_ position: Int, _ low: Int, _ high: Int) -> Int {
      min(max(position < 0 ? position &+ size : position, low), high)
    }
    if step > 0 {
      let first = clamped(start, 0, size)
      let distance = max(clamped(end, 0, size) - first, 0)
      return Cut(start: first, step: step, count: distance / step + (distance % step > 0 ? 1 : 0))
    }
    let first = clamped(start, -1, size - 1)
    // Only what is still negative after counting from the end means "before the first".
    let last = end < -size ? -1 : clamped(end, -1, size - 1)
    let distance = max(first - last, 0)
    let width = step == .min ? Int.max : -step
    return Cut(start: first, step: step, count: distance / width + (distance % width > 0 ? 1 : 0))
  }

  private static func slice(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    guard var shape = data.shape else { return [OnnxFact(data.element, nil)] }
    guard let cuts = try cuts(view, shape) else {
      return [OnnxFact(data.element, shape.map { _ in .unknown })]
    }
    for (axis, cut) in cuts {
      if let cut {
        shape[axis] = .known(cut.count)
      } else {
        shape[axis] = try symbolic(view, shape[axis], axis)
      }
    }
    if let entries = data.entries, shape.count == 1, case .some(.some(let cut)) = cuts[0] {
      let taken = (0..<cut.count).map { entries[cut.start + $0 * cut.step] }
      return [.computed(taken, data.element ?? .number(.i64))]
    }
    return [OnnxFact(data.element, shape)]
  }

  /// A slice from 0 to beyond any end, by steps of one or back from the end, is the whole axis.
  private static func symbolic(
    _ view: NodeView, _ size: OnnxDimension, _ axis: Int
  ) throws(OnnxError) -> OnnxDimension {
    guard case .known(let starts) = try view.parameter("starts", input: 1),
      case .known(let ends) = try view.parameter("ends", input: 2), starts.count == 1
    else { return .unknown }
    let step = view.has(4) ? view[4].integers?.first : 1
    let isWhole = step == 1 && starts[0] == 0 && ends[0] >= Int(Int32.max)
    let isReversed = step == -1 && starts[0] == -1 && ends[0] <= -Int(Int32.max)
    if isWhole || isReversed { return size }
    // One element at a fixed distance from the end, where there is one.
    return step == 1 && starts[0] == -1 && ends[0] >= Int(Int32.max) ? .known(1) : .unknown
  }

  private static func foldSlice(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0], let cuts = try cuts(view, x.shape.map { .known($0) }) else {
      return nil
    }
    var shape = x.shape
    var steps = x.strides
    var start = 0
    for case (let axis, .some(let cut)) in cuts {
      start += cut.start * x.strides[axis]
      shape[axis] = cut.count
      // A single element needs no step, and a huge one would overflow.
      steps[axis] = cut.count > 1 ? cut.step * x.strides[axis] : 0
    }
    if shape.contains(0) { return [x.selecting([], shape: shape)] }
    return [x.selecting(positions(shape: shape, strides: steps, start: start), shape: shape)]
  }

  // MARK: Split

  /// Sizes of the parts along `axis`; nil where they are not known.
  private static func parts(
    _ view: NodeView, _ size: Int?
  ) throws(OnnxError) -> [Int]? {
    switch try view.parameter("split", input: 1) {
    case .unknown: return nil
    case .known(let parts):
      guard parts.count == view.node.outputs.count, parts.allSatisfy({ $0 >= 0 }) else {
        throw view.fail("splits into \(parts), and has \(view.node.outputs.count) outputs")
      }
      if let size, parts.reduce(0, { $0 &+ $1 }) != size {
        throw view.fail("splits \(size) elements into \(parts)")
      }
      return parts
    case .absent:
      let count = view.node.outputs.count
      guard let size, count > 0 else { return nil }
      let part = (size + count - 1) / count
      return (0..<count).map { max(0, min(part, size - $0 * part)) }
    }
  }

  private static func split(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "input")
    guard let shape = data.shape else {
      return view.node.outputs.map { _ in OnnxFact(data.element, nil) }
    }
    let axis = try view.axis(try view.node.int("axis", default: 0), rank: shape.count)
    guard shape.indices.contains(axis) else { throw view.fail("splits a scalar") }
    let parts = try parts(view, shape[axis].size)
    return view.node.outputs.indices.map { i in
      var part = shape
      part[axis] = parts.map { .known($0[i]) } ?? .unknown
      return OnnxFact(data.element, part)
    }
  }

  private static func foldSplit(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0] else { return nil }
    let axis = try view.axis(try view.node.int("axis", default: 0), rank: x.shape.count)
    guard let parts = try parts(view, x.shape[axis]), parts.reduce(0, +) == x.shape[axis] else {
      return nil
    }
    var begin = 0
    return parts.map { part in
      var shape = x.shape
      shape[axis] = part
      let start = begin * x.strides[axis]
      begin += part
      if shape.contains(0) { return x.selecting([], shape: shape) }
      return x.selecting(positions(shape: shape, strides: x.strides, start: start), shape: shape)
    }
  }

  // MARK: Gather

  private static func gather(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    let indices = try view.required(1, "indices")
    guard let shape = data.shape, let picked = indices.shape else {
      return [OnnxFact(data.element, nil)]
    }
    guard !shape.isEmpty else { throw view.fail("takes elements of a scalar") }
    let axis = try view.axis(try view.node.int("axis", default: 0), rank: shape.count)
    if let entries = data.entries, shape.count == 1, let list = indices.integers,
      list.allSatisfy({ (-entries.count..<entries.count).contains($0) }), picked.count <= 1
    {
      let taken = list.map { entries[$0 < 0 ? $0 + entries.count : $0] }
      return [.computed(taken, data.element ?? .number(.i64), isScalar: picked.isEmpty)]
    }
    let result = shape[..<axis] + picked + shape[(axis + 1)...]
    return [OnnxFact(data.element, try view.checked(Array(result)))]
  }

  private static func foldGather(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0], let list = inputs[1], !x.shape.isEmpty,
      let indices = list.elements.asInt64s()?.map({ Int($0) })
    else { return nil }
    let axis = try view.axis(try view.node.int("axis", default: 0), rank: x.shape.count)
    let size = x.shape[axis]
    if let wrong = indices.first(where: { !(-size..<size).contains($0) }) {
      throw view.fail("index \(wrong) is outside an axis of \(size) elements")
    }
    let shape = Array(x.shape[..<axis] + list.shape + x.shape[(axis + 1)...])
    guard ConstantFolding.allows(shape, from: [x, list]) else { return nil }
    if shape.contains(0) { return [x.selecting([], shape: shape)] }
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    var from: [Int] = []
    for outer in 0..<x.shape[..<axis].reduce(1, *) {
      for index in indices {
        let start = (outer * size + (index < 0 ? index + size : index)) * inner
        from += start..<start + inner
      }
    }
    return [x.selecting(from, shape: shape)]
  }

  private static func gatherElements(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    [OnnxFact(try view.required(0, "data").element, try view.required(1, "indices").shape)]
  }

  // MARK: Pad

  private static func pad(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    guard let shape = data.shape else { return [OnnxFact(data.element, nil)] }
    guard case .known(let pads) = try view.parameter("pads", input: 1) else {
      return [OnnxFact(data.element, shape.map { _ in .unknown })]
    }
    var axes = Array(shape.indices)
    if view.has(3) {
      guard let named = view[3].integers else {
        return [OnnxFact(data.element, shape.map { _ in .unknown })]
      }
      axes = try view.axes(named, rank: shape.count)
    }
    guard pads.count == 2 * axes.count else {
      throw view.fail("has \(pads.count) paddings for \(axes.count) axes")
    }
    var result = shape
    for (i, axis) in axes.enumerated() {
      result[axis] = shape[axis].plus(.known(pads[i] &+ pads[axes.count + i]))
    }
    return [OnnxFact(data.element, try view.checked(result))]
  }
}
