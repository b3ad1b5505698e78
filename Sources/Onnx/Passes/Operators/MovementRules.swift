import DataFiles
import Tensors

/// Operators that give the same elements another shape or order.
enum MovementRules {
  static let table: [String: OperatorRule] = [
    "Transpose": OperatorRule(transpose, fold: foldTranspose),
    "Reshape": OperatorRule(reshape, fold: foldReshape),
    "Squeeze": OperatorRule(squeeze, fold: foldReshape),
    "Unsqueeze": OperatorRule(unsqueeze, fold: foldReshape),
    "Flatten": OperatorRule(flatten, fold: foldReshape),
    "Expand": OperatorRule(expand, fold: foldExpand),
    "Tile": OperatorRule(tile),
    "DepthToSpace": OperatorRule(depthToSpace),
    "SpaceToDepth": OperatorRule(spaceToDepth),
  ]

  private static func permutation(_ view: NodeView, rank: Int) throws(OnnxError) -> [Int] {
    let order = try view.node.ints("perm") ?? Array((0..<rank).reversed())
    guard order.count == rank, Set(order) == Set(0..<rank) else {
      throw view.fail("perm \(order) does not order \(rank) axes")
    }
    return order
  }

  private static func transpose(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    guard let shape = data.shape else { return [OnnxFact(data.element, nil)] }
    return [OnnxFact(data.element, try permutation(view, rank: shape.count).map { shape[$0] })]
  }

  private static func foldTranspose(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0] else { return nil }
    let order = try permutation(view, rank: x.shape.count)
    let shape = order.map { x.shape[$0] }
    let strides = x.strides
    return [x.selecting(positions(shape: shape, strides: order.map { strides[$0] }), shape: shape)]
  }

  /// For every operator here that keeps the order of elements: the shape is what was inferred.
  private static func foldReshape(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0], let rule = table[view.node.opType],
      let shape = try rule.infer(view).first?.knownShape, product(of: shape) == x.count
    else { return nil }
    return [x.reshaped(shape)]
  }

  private static func reshape(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    let target = try view.required(1, "shape")
    guard let entries = target.entries else {
      let rank = target.shape?.first?.size
      let isSmall = rank.map { $0 <= OnnxLimits.rank } ?? false
      return [OnnxFact(data.element, isSmall ? Array(repeating: .unknown, count: rank!) : nil)]
    }
    let shape = try ReshapeTarget(view, data.shape, entries).shape()
    return [OnnxFact(type: data.element.map { .tensor($0, shape) }, entries: moved(data, shape))]
  }

  private static func squeeze(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    guard let shape = data.shape else { return [OnnxFact(data.element, nil)] }
    let dropped: [Int]
    switch try view.parameter("axes", input: 1) {
    case .unknown: return [OnnxFact(data.element, nil)]
    case .absent:
      // Without axes every axis of size one goes: a size that is not known may be one.
      guard data.knownShape != nil else { return [OnnxFact(data.element, nil)] }
      dropped = shape.indices.filter { shape[$0] == .known(1) }
    case .known(let axes): dropped = try view.axes(axes, rank: shape.count)
    }
    if let wrong = dropped.first(where: { shape[$0].size ?? 1 != 1 }) {
      throw view.fail("drops axis \(wrong), which has \(shape[wrong].text) elements")
    }
    let rest = shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }
    return [OnnxFact(type: data.element.map { .tensor($0, rest) }, entries: moved(data, rest))]
  }

  private static func unsqueeze(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    guard let shape = data.shape, case .known(let axes) = try view.parameter("axes", input: 1)
    else { return [OnnxFact(data.element, nil)] }
    let rank = shape.count + axes.count
    guard rank <= OnnxLimits.rank else { throw view.fail("adds \(axes.count) axes") }
    let added = try view.axes(axes, rank: rank)
    var rest = shape[...]
    let result = (0..<rank).map { added.contains($0) ? .known(1) : rest.removeFirst() }
    return [
      OnnxFact(
        type: data.element.map { .tensor($0, result) }, entries: moved(data, result))
    ]
  }

  /// Entries of shapes survive a change between scalar and vector.
  private static func moved(_ data: OnnxFact, _ shape: [OnnxDimension]?) -> [OnnxDimension]? {
    guard let shape, shape.count <= 1 else { return nil }
    return data.entries
  }

  private static func flatten(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "input")
    guard let shape = data.shape else { return [OnnxFact(data.element, [.unknown, .unknown])] }
    let given = try view.node.int("axis", default: 1)
    let axis = given < 0 ? given &+ shape.count : given
    guard (0...shape.count).contains(axis) else {
      throw view.fail("axis \(given) is outside a value of \(shape.count) axes")
    }
    let rows = OnnxDimension.product(shape[..<axis])
    let columns = OnnxDimension.product(shape[axis...])
    return [OnnxFact(data.element, [rows, columns])]
  }

  private static func expand(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "input")
    guard let entries = try view.required(1, "shape").entries else {
      return [OnnxFact(data.element, nil)]
    }
    let shape = try view.broadcast([data.shape, entries])
    return [OnnxFact(data.element, try shape.map(view.checked))]
  }

  private static func foldExpand(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0], let shape = try expand(view)[0].knownShape,
      ConstantFolding.allows(shape, from: [x])
    else { return nil }
    return [x.expanded(to: shape)]
  }

  private static func tile(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "input")
    guard let shape = data.shape, let repeats = view[1].entries, repeats.count == shape.count else {
      return [OnnxFact(data.element, data.shape.map { $0.map { _ in .unknown } })]
    }
    return [OnnxFact(data.element, try view.checked(zip(shape, repeats).map { $0.times($1) }))]
  }

  private static func depthToSpace(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    try blocks(view) { shape, block throws(OnnxError) in
      let area = block * block
      let channels = shape[1].size.map { .known($0 / area) } ?? OnnxDimension.unknown
      return [
        shape[0], channels, shape[2].times(.known(block)), shape[3].times(.known(block)),
      ]
    }
  }

  private static func spaceToDepth(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    try blocks(view) { shape, block throws(OnnxError) in
      let sides = shape[2...].map { side in
        side.size.map { .known($0 / block) } ?? OnnxDimension.unknown
      }
      return [shape[0], shape[1].times(.known(block * block))] + sides
    }
  }

  private static func blocks(
    _ view: NodeView, _ change: ([OnnxDimension], Int) throws(OnnxError) -> [OnnxDimension]
  ) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "input")
    let block = try view.node.int("blocksize", default: 0)
    guard (1...(1 << 16)).contains(block) else { throw view.fail("blocksize is \(block)") }
    guard let shape = data.shape else { return [OnnxFact(data.element, nil)] }
    guard shape.count == 4 else {
      throw view.fail("takes 4 axes, and its input has \(shape.count)")
    }
    return [OnnxFact(data.element, try view.checked(try change(shape, block)))]
  }
}

/// The shape that Reshape gives, with its 0 ("as before") and -1 ("the rest").
private struct ReshapeTarget {
  let view: NodeView
  let source: [OnnxDimension]?
  let entries: [OnnxDimension]

  init(_ view: NodeView, _ source: [OnnxDimension]?, _ entries: [OnnxDimension]) {
    self.view = view
    self.source = source
    self.entries = entries
  }

  func shape() throws(OnnxError) -> [OnnxDimension] {
    let keepsZeros = try view.node.int("allowzero", default: 0) == 0
    var result: [OnnxDimension] = []
    for (i, entry) in entries.enumerated() {
      if entry == .known(0), keepsZeros {
        guard let source else {
          result.append(.unknown)
          continue
        }
        guard i < source.count else { throw view.fail("copies axis \(i), which is not there") }
        result.append(source[i])
      } else {
        result.append(entry)
      }
    }
    let rests = result.indices.filter { result[$0] == .known(-1) }
    guard rests.count <= 1 else { throw view.fail("its shape has two -1") }
    if let rest = rests.first {
      result[rest] = try remaining(without: result.enumerated().filter { $0.0 != rest }.map(\.1))
    } else {
      try checkCount(result)
    }
    return try view.checked(result)
  }

  /// The size that makes the products equal: what is on both sides cancels.
  private func remaining(without others: [OnnxDimension]) throws(OnnxError) -> OnnxDimension {
    guard let source else { return .unknown }
    var (left, right) = (source, others)
    for dimension in others {
      guard case .symbolic = dimension, let i = left.firstIndex(of: dimension),
        let j = right.firstIndex(of: dimension)
      else { continue }
      left.remove(at: i)
      right.remove(at: j)
    }
    guard let divisor = OnnxDimension.product(right).size else { return .unknown }
    let whole = OnnxDimension.product(left.filter { $0.size != nil }).size ?? 0
    let open = left.filter { $0.size == nil }
    if open.isEmpty {
      if divisor == 0 { return .unknown }
      guard whole % divisor == 0 else {
        throw view.fail("\(whole) elements cannot be shared out in \(divisor)")
      }
      return .known(whole / divisor)
    }
    return open.count == 1 && whole == divisor ? open[0] : .unknown
  }

  private func checkCount(_ shape: [OnnxDimension]) throws(OnnxError) {
    guard let source, let before = OnnxDimension.product(source).size,
      let after = OnnxDimension.product(shape).size, before != after,
      source.allSatisfy({ $0.size != nil }), shape.allSatisfy({ $0.size != nil })
    else { return }
    throw view.fail("its input has \(before) elements, its shape \(after)")
  }
}
