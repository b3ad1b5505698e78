import Tensors

/// One node with what is known of its inputs: what the rules of operators see.
struct NodeView {
  let node: OnnxNode
  let opset: Int
  /// By position; nil where an optional input is absent.
  let inputs: [OnnxFact?]

  /// What is known of input `index`; nothing where it is absent.
  subscript(index: Int) -> OnnxFact {
    inputs.indices.contains(index) ? inputs[index] ?? .unknown : .unknown
  }

  func has(_ index: Int) -> Bool { inputs.indices.contains(index) && inputs[index] != nil }

  /// A required input.
  func required(_ index: Int, _ parameter: String) throws(OnnxError) -> OnnxFact {
    guard has(index) else {
      throw OnnxError(node, input: index, parameter, "is required, and absent")
    }
    return self[index]
  }

  /// An integer list that older versions hold in an attribute and newer ones in an input.
  enum Parameter {
    case absent
    /// It depends on the graph's inputs.
    case unknown
    case known([Int])
  }

  func parameter(_ key: String, input index: Int) throws(OnnxError) -> Parameter {
    if let values = try node.ints(key) { return .known(values) }
    guard has(index) else { return .absent }
    return self[index].integers.map { .known($0) } ?? .unknown
  }

  func fail(_ message: String) -> OnnxError { OnnxError(node, message) }

  /// Axis `axis` of `rank` ones, counted from the end where negative.
  func axis(_ axis: Int, rank: Int, orEnd: Bool = false) throws(OnnxError) -> Int {
    let limit = orEnd ? rank : rank - 1
    let index = axis < 0 ? axis &+ rank &+ (orEnd ? 1 : 0) : axis
    guard (0...max(limit, 0)).contains(index), rank > 0 || orEnd || axis == 0 || axis == -1 else {
      throw fail("axis \(axis) is outside a value of \(rank) axes")
    }
    return index
  }

  /// All of `axes`, each once.
  func axes(_ axes: [Int], rank: Int) throws(OnnxError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let index = try self.axis(axis, rank: rank)
      guard !result.contains(index) else { throw fail("axis \(axis) is named twice") }
      result.append(index)
    }
    return result
  }

  /// A size that is not beyond every memory.
  func checked(_ shape: [OnnxDimension]) throws(OnnxError) -> [OnnxDimension] {
    guard shape.count <= OnnxLimits.rank else {
      throw fail("its result has \(shape.count) axes, over the limit of \(OnnxLimits.rank)")
    }
    var total = 1
    for case .known(let size) in shape {
      guard size >= 0 else { throw fail("its result has a negative dimension, \(size)") }
      let (count, overflow) = total.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, count <= OnnxLimits.elements else {
        throw fail("its result is too large: [\(shape.map(\.text).joined(separator: ", "))]")
      }
      total = count
    }
    return shape
  }

  /// The shape of an elementwise result of all inputs; nil where some rank is unknown.
  func broadcast(_ shapes: [[OnnxDimension]?]) throws(OnnxError) -> [OnnxDimension]? {
    var result: [OnnxDimension] = []
    for shape in shapes {
      guard let shape else { return nil }
      let rank = max(result.count, shape.count)
      let left = Array(repeating: OnnxDimension.known(1), count: rank - result.count) + result
      let right = Array(repeating: OnnxDimension.known(1), count: rank - shape.count) + shape
      result = []
      for (a, b) in zip(left, right) { result.append(try broadcast(a, b)) }
    }
    return result
  }

  private func broadcast(
    _ a: OnnxDimension, _ b: OnnxDimension
  ) throws(OnnxError) -> OnnxDimension {
    if a == .known(1) { return b }
    if b == .known(1) { return a }
    switch (a, b) {
    case (.known(let x), .known(let y)) where x != y:
      throw fail("its inputs have \(x) and \(y) elements along one axis")
    case (.known, _): return a
    case (_, .known): return b
    default: return a == b ? a : .unknown
    }
  }
}
