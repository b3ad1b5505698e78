import Onnx
import Tensors

/// Operators that move elements without changing them: Reshape, Flatten, Squeeze, Unsqueeze,
/// Expand, Transpose, Tile, DepthToSpace, SpaceToDepth.
enum Shaping {
  static let rows: [OperatorRow] = [
    OperatorRow("DepthToSpace", "input", attributes: "blocksize mode>=11", depthToSpace),
    OperatorRow("Expand", since: 8, "input shape", expand),
    OperatorRow("Flatten", "input", attributes: "axis", flatten),
    OperatorRow("Reshape", since: 5, "data shape", attributes: "allowzero>=14", reshape),
    OperatorRow("SpaceToDepth", "input", attributes: "blocksize mode>=28", spaceToDepth),
    OperatorRow("Squeeze", "data axes?>=13", attributes: "axes<13", squeeze),
    OperatorRow("Tile", since: 6, "input repeats", tile),
    OperatorRow("Transpose", "data", attributes: "perm", transpose),
    OperatorRow("Unsqueeze", "data axes>=13", attributes: "axes<13", unsqueeze),
  ]

  /// 0 keeps the input's size (unless `allowzero`), one -1 takes what is left.
  private static func reshape(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    var shape = try call.indices(1)
    if try call.node.int("allowzero", default: 0) == 0 {
      for axis in shape.indices where shape[axis] == 0 {
        guard axis < x.rank else { throw call.error("keeps axis \(axis), which does not exist") }
        shape[axis] = x.shape[axis]
      }
    }
    let open = shape.indices.filter { shape[$0] == -1 }
    if let axis = open.first, open.count == 1 {
      let rest = shape.indices.filter { $0 != axis }.map { shape[$0] }
      guard let count = NDShape.count(rest), count > 0, x.count % count == 0 else {
        throw call.error("\(x.text) does not fill the shape \(shape)")
      }
      shape[axis] = x.count / count
    }
    guard shape.allSatisfy({ $0 >= 0 }), NDShape.count(shape) == x.count else {
      throw call.error("\(x.text) does not fill the shape \(shape)")
    }
    return x.reshaped(shape)
  }

  private static func flatten(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let given = try call.node.int("axis", default: 1)
    let axis = given == x.rank ? given : try call.axis(given, rank: x.rank)
    return x.reshaped([
      NDShape.count(Array(x.shape[..<axis]))!, NDShape.count(Array(x.shape[axis...]))!,
    ])
  }

  private static func squeeze(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    guard let given = try call.indices(1, attribute: "axes") else {
      return x.reshaped(x.shape.filter { $0 != 1 })
    }
    let axes = try call.axes(given, rank: x.rank)
    for axis in axes where x.shape[axis] != 1 {
      throw call.error("axis \(axis) of \(x.text) is not 1 long")
    }
    return x.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
  }

  private static func unsqueeze(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let given = call.opset < 13 ? try call.node.ints("axes") : try call.indices(1)
    guard let given, given.count <= 64 else { throw call.error("has no usable axes") }
    let axes = try call.axes(given, rank: x.rank + given.count)
    var shape = x.shape
    for axis in axes.sorted() { shape.insert(1, at: axis) }
    return x.reshaped(shape)
  }

  private static func expand(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let wanted = try call.indices(1)
    guard wanted.allSatisfy({ $0 >= 0 }), let shape = NDShape.broadcast(x.shape, wanted) else {
      throw call.error("\(x.text) does not broadcast to \(wanted)")
    }
    try call.elements(of: shape)
    return call.stretched(x, to: shape)
  }

  private static func transpose(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let order = try call.node.ints("perm") ?? Array(x.shape.indices.reversed())
    guard order.sorted() == Array(x.shape.indices) else {
      throw call.error("attribute 'perm' is \(order), for \(x.rank) axes")
    }
    return transposed(x, order)
  }

  private static func transposed(_ x: NDArray, _ order: [Int]) -> NDArray {
    let strides = NDShape.strides(x.shape)
    let shape = order.map { x.shape[$0] }
    return x.taking(NDShape.offsets(shape, strides: order.map { strides[$0] }), shape: shape)
  }

  private static func tile(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let repeats = try call.indices(1)
    guard repeats.count == x.rank, repeats.allSatisfy({ $0 >= 0 && $0 <= 1 << 31 }) else {
      throw call.error("the repeats \(repeats) are not one for each axis of \(x.text)")
    }
    let shape = zip(x.shape, repeats).map { $0 &* $1 }
    try call.elements(of: shape)
    let picks = zip(x.shape, shape).map { size, length in (0..<length).map { $0 % size } }
    return x.taking(
      NDShape.offsets(picks: picks, strides: NDShape.strides(x.shape)), shape: shape)
  }

  /// [N, C b b, H, W] to [N, C, H b, W b]; see `isChannelFirst`.
  private static func depthToSpace(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (x, b) = try blocked(call)
    let isChannelFirst = try isChannelFirst(call)
    let (n, c, h, w) = (x.shape[0], x.shape[1] / (b * b), x.shape[2], x.shape[3])
    guard x.shape[1] == c * b * b else {
      throw call.error(input: 0, "\(x.shape[1]) channels are not in blocks of \(b) x \(b)")
    }
    let split = isChannelFirst ? [n, c, b, b, h, w] : [n, b, b, c, h, w]
    let order = isChannelFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
    return transposed(x.reshaped(split), order).reshaped([n, c, h * b, w * b])
  }

  /// [N, C, H b, W b] to [N, C b b, H, W], the reverse of `depthToSpace`.
  private static func spaceToDepth(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (x, b) = try blocked(call)
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / b, x.shape[3] / b)
    guard x.shape[2] == h * b, x.shape[3] == w * b else {
      throw call.error(input: 0, "\(x.text) is not in blocks of \(b) x \(b)")
    }
    let order = try isChannelFirst(call) ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]
    let moved = transposed(x.reshaped([n, c, h, b, w, b]), order)
    return moved.reshaped([n, c * b * b, h, w])
  }

  /// Whether the depth holds (C, row, column) and not (row, column, C).
  private static func isChannelFirst(_ call: NodeCall) throws(OnnxError) -> Bool {
    switch try call.node.string("mode", default: "DCR") {
    case "DCR": return false
    case "CRD": return true
    case let other: throw call.error("attribute 'mode' is \(onnxQuoted(other))")
    }
  }

  private static func blocked(_ call: NodeCall) throws(OnnxError) -> (NDArray, Int) {
    let x = try call.tensor(0)
    let b = try call.node.int("blocksize", default: 0)
    guard x.rank == 4, b > 0, b <= 1 << 15 else {
      throw call.error("blocks of \(b) in \(x.text), not 4 axes")
    }
    return (x, b)
  }
}
