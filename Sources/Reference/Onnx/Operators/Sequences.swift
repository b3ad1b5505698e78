import Onnx
import Tensors

/// Sequences of tensors, and optionals.
enum Sequences {
  static let rows: [OperatorRow] = [
    many("ConcatFromSequence", since: 11, "input_sequence", attributes: "axis new_axis", concat),
    many("Optional", since: 15, "input?", attributes: "type") { call throws(OnnxError) in
      .optional(call.optionalValue(0))
    },
    many("OptionalGetElement", since: 15, "input", getElement),
    many("OptionalHasElement", since: 15, "input?", hasElement),
    many("SequenceAt", since: 11, "input_sequence position") { call throws(OnnxError) in
      let arrays = try call.sequence(0)
      return .tensor(arrays[try position(call, 1, count: arrays.count)])
    },
    many("SequenceConstruct", since: 11, "inputs*") { call throws(OnnxError) in
      let arrays = try call.tensors()
      try call.requireSameType(arrays)
      return .sequence(arrays)
    },
    many("SequenceEmpty", since: 11, "", attributes: "dtype") { _ in .sequence([]) },
    many("SequenceErase", since: 11, "input_sequence position?") { call throws(OnnxError) in
      var arrays = try call.sequence(0)
      if arrays.isEmpty { throw call.error(input: 0, "is empty") }
      arrays.remove(at: try position(call, 1, count: arrays.count))
      return .sequence(arrays)
    },
    many("SequenceInsert", since: 11, "input_sequence tensor position?", insert),
    many("SequenceLength", since: 11, "input_sequence") { call throws(OnnxError) in
      let count = try call.sequence(0).count
      return .tensor(NDArray(shape: [], type: .i64, integers: [Int64(count)]))
    },
    many("SplitToSequence", since: 11, "input split?", attributes: "axis keepdims", split),
  ]

  private static func many(
    _ name: String, since: Int, _ inputs: String, attributes: String = "",
    _ function: @escaping @Sendable (NodeCall) throws(OnnxError) -> NodeValue
  ) -> OperatorRow {
    OperatorRow(name, since: since, inputs, outputs: 1...1, attributes: attributes) {
      call throws(OnnxError) in [try function(call)]
    }
  }

  /// An index of a sequence of `count`, by default its last; -1 is the last too.
  private static func position(
    _ call: NodeCall, _ index: Int, count: Int
  ) throws(OnnxError) -> Int {
    guard let given = try call.optionalIndices(index) else { return count - 1 }
    guard given.count == 1, given[0] >= -count, given[0] < count else {
      throw call.error(input: index, "is \(given), for a sequence of \(count)")
    }
    return given[0] < 0 ? given[0] + count : given[0]
  }

  private static func insert(_ call: NodeCall) throws(OnnxError) -> NodeValue {
    var arrays = try call.sequence(0)
    let array = try call.tensor(1)
    if let first = arrays.first, first.type != array.type {
      throw call.error(input: 1, "is \(array.text), not \(first.type.text)")
    }
    let isGiven = call.optionalValue(2) != nil
    // One past the last is allowed here; -1 is before the last.
    let given = isGiven ? try call.indices(2) : [arrays.count]
    guard given.count == 1, given[0] >= -arrays.count, given[0] <= arrays.count else {
      throw call.error(input: 2, "is \(given), for a sequence of \(arrays.count)")
    }
    arrays.insert(array, at: given[0] < 0 ? given[0] + arrays.count : given[0])
    return .sequence(arrays)
  }

  private static func concat(_ call: NodeCall) throws(OnnxError) -> NodeValue {
    var arrays = try call.sequence(0)
    guard let first = arrays.first, let axis = try call.node.optionalInt("axis") else {
      throw call.error("needs an axis and a sequence that is not empty")
    }
    guard try call.node.int("new_axis", default: 0) != 0 else {
      return .tensor(try Joining.concat(arrays, axis: axis, call))
    }
    let place = try call.axis(axis, rank: first.rank + 1)
    for array in arrays where array.shape != first.shape {
      throw call.error(input: 0, "holds \(first.text) and \(array.text)")
    }
    arrays = arrays.map { array in
      var shape = array.shape
      shape.insert(1, at: place)
      return array.reshaped(shape)
    }
    return .tensor(try Joining.concat(arrays, axis: place, call))
  }

  /// Parts of 1 (without their axis unless `keepdims`), of one size, or of the sizes given.
  private static func split(_ call: NodeCall) throws(OnnxError) -> NodeValue {
    let x = try call.tensor(0)
    let axis = try call.axis(try call.node.int("axis", default: 0), rank: x.rank)
    let size = x.shape[axis]
    let given = try call.optionalIndices(1)
    var sizes = given ?? [Int](repeating: 1, count: size)
    if let given, try call.tensor(1).rank == 0 {
      guard let part = given.first, part > 0 else { throw call.error(input: 1, "is \(given)") }
      sizes = stride(from: 0, to: size, by: min(part, max(size, 1))).map { min(part, size - $0) }
    }
    let parts = try Joining.parts(x, axis: axis, sizes, call)
    guard given == nil, try call.node.int("keepdims", default: 1) == 0 else {
      return .sequence(parts)
    }
    var shape = x.shape
    shape.remove(at: axis)
    return .sequence(parts.map { $0.reshaped(shape) })
  }

  private static func getElement(_ call: NodeCall) throws(OnnxError) -> NodeValue {
    let value = try call.value(0)
    guard case .optional(let content) = value else { return value }
    guard let content else { throw call.error(input: 0, "is empty") }
    return content
  }

  private static func hasElement(_ call: NodeCall) throws(OnnxError) -> NodeValue {
    let has: Bool
    switch call.optionalValue(0) {
    case .optional(let content)?: has = content != nil
    case let other: has = other != nil
    }
    return .tensor(NDArray(shape: [], booleans: [has]))
  }
}
