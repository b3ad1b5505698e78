import Onnx
import Tensors

/// MatMul, Gemm and MatMulInteger.
enum Products {
  static let rows: [OperatorRow] = [
    OperatorRow("MatMul", "A B", matMul),
    OperatorRow(
      "Gemm", since: 7, "A B C?", attributes: "alpha beta transA transB", gemm),
    OperatorRow(
      "MatMulInteger", since: 10, "A B a_zero_point? b_zero_point?", matMulInteger),
  ]

  private static func matMul(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (a, b) = (try call.tensor(0), try call.tensor(1))
    try call.requireSameType([a, b])
    let plan = try MatrixProduct(a.shape, b.shape, call)
    switch (a.values, b.values) {
    case (.reals(let p), .reals(let q)):
      return NDArray(shape: plan.shape, type: a.elementType!, reals: plan.multiply(p, q))
    case (.integers(let p), .integers(let q)) where a.isInteger:
      return NDArray(shape: plan.shape, type: a.elementType!, integers: plan.multiply(p, q))
    default: throw call.error(input: 0, "is \(a.text), not numeric")
    }
  }

  /// alpha A B + beta C, A and B transposed on demand, C stretched to the result.
  private static func gemm(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let a = try transposed(call, 0, "transA")
    let b = try transposed(call, 1, "transB")
    try call.requireSameType([a, b])
    let alpha = Double(try call.node.float("alpha", default: 1))
    let beta = Double(try call.node.float("beta", default: 1))
    let plan = try MatrixProduct(a.shape, b.shape, call)
    let type = a.elementType
    guard let type, type != .bool, let p = a.doubles, let q = b.doubles else {
      throw call.error(input: 0, "is \(a.text), not numeric")
    }
    if !type.isFloating { return try integerGemm(call, a, b, plan, alpha, beta) }
    var y = plan.multiply(p, q).map { alpha * $0 }
    if let c = try summand(call, plan.shape, type) { y = zip(y, c.doubles!).map { $0 + beta * $1 } }
    return NDArray(shape: plan.shape, type: type, reals: y)
  }

  /// Exact, and so only for whole factors.
  private static func integerGemm(
    _ call: NodeCall, _ a: NDArray, _ b: NDArray, _ plan: MatrixProduct, _ alpha: Double,
    _ beta: Double
  ) throws(OnnxError) -> NDArray {
    guard let alpha = Int64(exactly: alpha), let beta = Int64(exactly: beta),
      case .integers(let p) = a.values, case .integers(let q) = b.values
    else { throw call.error("multiplies integers by fractions") }
    var y = plan.multiply(p, q).map { alpha &* $0 }
    let c = try summand(call, plan.shape, a.elementType!)
    if case .integers(let c)? = c?.values { y = zip(y, c).map { $0 &+ beta &* $1 } }
    return NDArray(shape: plan.shape, type: a.elementType!, integers: y)
  }

  private static func summand(
    _ call: NodeCall, _ shape: [Int], _ type: ElementType
  ) throws(OnnxError) -> NDArray? {
    guard let c = try call.optionalTensor(2) else {
      // Optional since opset 11.
      if call.opset < 11 { throw call.error(input: 2, "is missing") }
      return nil
    }
    guard c.elementType == type else {
      throw call.error(input: 2, "is \(c.text), not \(type.rawValue)")
    }
    return try call.stretchedInput(2, to: shape)
  }

  private static func transposed(
    _ call: NodeCall, _ index: Int, _ attribute: String
  ) throws(OnnxError) -> NDArray {
    let matrix = try call.tensor(index)
    guard matrix.rank == 2 else {
      throw call.error(input: index, "has \(matrix.rank) axes, not 2")
    }
    guard try call.node.int(attribute, default: 0) != 0 else { return matrix }
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let offsets = NDShape.offsets([columns, rows], strides: [1, columns])
    return matrix.taking(offsets, shape: [columns, rows])
  }

  private static func matMulInteger(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (a, b) = (try call.tensor(0), try call.tensor(1))
    let plan = try MatrixProduct(a.shape, b.shape, call)
    let p = try shifted(call, 0, zeroPoint: 2, axisFromEnd: 2)
    let q = try shifted(call, 1, zeroPoint: 3, axisFromEnd: 1)
    return NDArray(shape: plan.shape, type: .i32, integers: plan.multiply(p, q))
  }

  /// Input `index` minus its zero point: one number, one for each row of A or column of B, or an
  /// array that broadcasts.
  private static func shifted(
    _ call: NodeCall, _ index: Int, zeroPoint: Int, axisFromEnd: Int
  ) throws(OnnxError) -> [Int64] {
    let x = try call.tensor(index)
    guard x.elementType == .i8 || x.elementType == .u8, case .integers(let v) = x.values else {
      throw call.error(input: index, "is \(x.text), not i8 or u8")
    }
    guard var zero = try call.optionalTensor(zeroPoint) else { return v }
    guard zero.type == x.type else {
      throw call.error(input: zeroPoint, "is \(zero.text), not \(x.type.text)")
    }
    if zero.rank == 1, zero.count > 1, axisFromEnd == 2 { zero = zero.reshaped([zero.count, 1]) }
    guard NDShape.broadcast(zero.shape, x.shape) == x.shape || zero.count == 1 else {
      throw call.error(input: zeroPoint, "has shape \(zero.shape), for \(x.shape)")
    }
    if zero.count == 1 { zero = zero.reshaped([]) }
    guard case .integers(let z) = call.stretched(zero, to: x.shape).values else { return v }
    return zip(v, z).map { $0 - $1 }
  }
}
