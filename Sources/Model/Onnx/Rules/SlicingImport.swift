import Onnx

/// Operators that take or join parts of vectors, or the last step.
enum SlicingImport {
  static let rules: [String: ImportRule] = [
    "Slice": ImportRule(slice), "Split": ImportRule(split), "Gather": ImportRule(gather),
    "Concat": ImportRule(concat),
  ]

  private static func integers(
    _ builder: ImportBuilder, _ node: OnnxNode, _ key: String, _ index: Int
  ) throws(OnnxError) -> [Int]? {
    if let values = try node.ints(key) { return values }
    return builder.constant(node.input(index))?.elements.asInt64s()?.map { Int($0) }
  }

  private static func slice(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let value = try builder.value(node, 0)
    guard let starts = try integers(builder, node, "starts", 1),
      let ends = try integers(builder, node, "ends", 2),
      let before = builder.graph.type(of: node.inputs[0])?.shape
    else { throw OnnxError(node, "takes a part that is not known before it runs") }
    let axes = try integers(builder, node, "axes", 3) ?? Array(starts.indices)
    let steps = try integers(builder, node, "steps", 4) ?? starts.map { _ in 1 }
    var result = value
    for (i, axis) in axes.enumerated() {
      let axis = axis < 0 ? axis + value.axes.count : axis
      guard value.axes.indices.contains(axis), i < ends.count, i < steps.count else {
        throw OnnxError(node, "its starts, ends, axes and steps do not fit together")
      }
      let part = Part(start: starts[i], end: ends[i], step: steps[i], size: before[axis].size)
      try take(part, axis, of: &result, &builder, node)
    }
    builder.set(node, result)
  }

  /// What Slice says of one axis; `size` nil where it is not known.
  private struct Part {
    var start, end, step: Int
    var size: Int?

    var isWhole: Bool {
      step == 1 && start == 0 && (size.map { end >= $0 } ?? (end >= Int(Int32.max)))
    }

    var isLast: Bool {
      let isFromEnd = start == -1 || size.map { start == $0 - 1 } ?? false
      return step == 1 && isFromEnd && end >= size ?? Int(Int32.max)
    }
  }

  private static func take(
    _ part: Part, _ axis: Int, of value: inout StepValue, _ builder: inout ImportBuilder,
    _ node: OnnxNode
  ) throws(OnnxError) {
    if part.isWhole { return }
    switch value.axes[axis] {
    case .time where part.isLast && !value.isFinal:
      value.axes[axis] = .unit
      value.isFinal = true
    case .feature(let piece):
      guard part.step == 1 else {
        throw OnnxError(node, "takes every \(part.step)th element, which no layer does")
      }
      let size = value.parts[piece]
      let start = part.start < 0 ? part.start + size : part.start
      let end = part.end < 0 ? part.end + size : min(part.end, size)
      guard 0 <= start, start < end else { throw OnnxError(node, "takes no element") }
      value = try cut(value, piece, start..<end, &builder, node)
    default:
      throw OnnxError(
        node, "takes a part of the \(value.axes[axis].text) axis, which no layer does")
    }
  }

  /// Elements `range` of one part of the vector. Parts before it are brought behind it first, so
  /// that they are one run.
  private static func cut(
    _ value: StepValue, _ part: Int, _ range: Range<Int>, _ builder: inout ImportBuilder,
    _ node: OnnxNode
  ) throws(OnnxError) -> StepValue {
    guard var source = value.source else { throw OnnxError(node, "takes a part of a state") }
    var result = value
    if part > 0 {
      source = builder.partInFront(part, of: value, source, node)
      let size = result.parts.remove(at: part)
      result.parts.insert(size, at: 0)
      result.renumber { $0 == part ? 0 : $0 < part ? $0 + 1 : $0 }
    }
    let rest = result.parts.dropFirst().reduce(1, *)
    let (start, end) = (range.lowerBound * rest, range.upperBound * rest)
    let layer = builder.layer(
      "slice", for: node, from: [source], [("start", "\(start)"), ("end", "\(end)")])
    let parts = [range.count] + result.parts.dropFirst()
    result = result.replaced(by: layer, width: end - start)
    result.parts = parts
    return result
  }

  private static func split(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let (value, _) = try builder.elements(node, 0)
    let given = try node.int("axis", default: 0)
    let axis = given < 0 ? given + value.axes.count : given
    guard value.axes.indices.contains(axis), case .feature(let part) = value.axes[axis] else {
      throw OnnxError(node, "splits another axis than the vectors'")
    }
    var start = 0
    for (i, name) in node.outputs.enumerated() {
      guard let size = builder.graph.valueInfos[name]?.shape?[axis].size, size > 0 else {
        throw OnnxError(node, "has parts whose sizes are not known before it runs")
      }
      if builder.isRead(name) {
        let piece = try cut(value, part, start..<start + size, &builder, node)
        builder.set(node, piece, output: i)
      }
      start += size
    }
  }

  // MARK: Gather

  private static func gather(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    if let table = builder.constant(node.input(0)) {
      try embed(table, &builder, node)
      return
    }
    var value = try builder.value(node, 0)
    let given = try node.int("axis", default: 0)
    let axis = given < 0 ? given + value.axes.count : given
    guard let indices = builder.constant(node.input(1)), value.axes.indices.contains(axis),
      let list = indices.elements.asInt64s()?.map({ Int($0) })
    else { throw OnnxError(node, "takes elements that are not known before it runs") }
    let size = builder.graph.type(of: node.inputs[0])?.shape?[axis].size
    switch value.axes[axis] {
    case .unit where list.count == 1:
      break
    case .time where list == [-1] || size.map { list == [$0 - 1] } ?? false:
      value.isFinal = true
    case .feature where value.parts.count == 1 && indices.shape.count == 1:
      try pick(list, axis, of: value, &builder, node)
      return
    default:
      throw OnnxError(
        node, "takes elements of the \(value.axes[axis].text) axis, which no layer does")
    }
    if indices.shape.isEmpty {
      value.rearrange(value.axes.indices.filter { $0 != axis })
    } else {
      value.axes[axis] = .unit
    }
    builder.set(node, value)
  }

  private static func pick(
    _ list: [Int], _ axis: Int, of value: StepValue, _ builder: inout ImportBuilder,
    _ node: OnnxNode
  ) throws(OnnxError) {
    let order = list.map { $0 < 0 ? $0 + value.width : $0 }
    guard let source = value.source, let first = order.first else {
      throw OnnxError(node, "takes no element")
    }
    let layer: String
    if Set(order) == Set(0..<value.width), order.count == value.width {
      layer = MovementImport.permutation(&builder, node, order, source, value.parts)
    } else if order == Array(first..<first + order.count) {
      layer = builder.layer(
        "slice", for: node, from: [source],
        [("start", "\(first)"), ("end", "\(first + order.count)")])
    } else {
      throw OnnxError(node, "takes elements in an order that no layer has")
    }
    builder.set(node, value.replaced(by: layer, width: order.count))
  }

  /// table [n, d], one index per step.
  private static func embed(
    _ table: OnnxTensor, _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    var value = try builder.value(node, 1)
    guard table.shape.count == 2, try node.int("axis", default: 0) == 0,
      !value.axes.contains(where: \.isFeature), let source = value.source
    else {
      throw OnnxError(node, "is no embedding: it takes more than one row of a table per step")
    }
    let weights = try builder.floats(table, node, 0, "data")
    let (rows, width) = (table.shape[0], table.shape[1])
    let layer = builder.layer(
      "embedding", for: node, from: [source], [("size", "[\(rows), \(width)]")])
    builder.addTensor("\(layer).weight", weights, shape: table.shape)
    value = value.replaced(by: layer, width: width)
    value.axes.append(.feature(0))
    builder.set(node, value)
  }

  // MARK: Concat

  /// States behind each other along an axis.
  private static func stacked(
    _ lists: [[ImportedModel.StatePart]], along axis: Int
  ) -> [ImportedModel.StatePart] {
    var start = 0
    var result: [ImportedModel.StatePart] = []
    for list in lists {
      let count = (list.compactMap { $0.place[axis] }.max() ?? 0) + 1
      for var part in list {
        part.place[axis] = start + (part.place[axis] ?? 0)
        result.append(part)
      }
      start += count
    }
    return result
  }

  private static func concat(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    var values: [StepValue] = []
    for index in node.inputs.indices { values.append(try builder.value(node, index)) }
    guard var result = values.first else { throw OnnxError(node, "joins nothing") }
    let given = try node.int("axis", default: 0)
    let axis = given < 0 ? given + result.axes.count : given
    guard values.allSatisfy({ $0.axes == result.axes && $0.isFinal == result.isFinal }),
      result.axes.indices.contains(axis)
    else { throw OnnxError(node, "joins values whose axes mean different things") }
    if result.axes[axis] == .unit, values.allSatisfy({ !$0.states.isEmpty }) {
      result.states = stacked(values.map(\.states), along: axis)
      result.source = nil
      result.isSequence = false
      builder.set(node, result)
      return
    }
    let sources = values.compactMap(\.source)
    guard result.axes[axis] == .feature(0), values.allSatisfy({ $0.parts.count == 1 }),
      sources.count == values.count
    else { throw OnnxError(node, "joins along another axis than the vectors'") }
    let width = values.reduce(0) { $0 + $1.width }
    let layer = builder.layer("concat", for: node, from: sources)
    builder.set(node, result.replaced(by: layer, width: width))
  }
}
