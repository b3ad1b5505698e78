import Onnx
import Tensors

/// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear and QLinearMatMul with integer types.
///
/// A scale is one number, one for each index of `axis`, or one for each block of `block_size`
/// along it. Quotients are rounded to the type of the input before they are rounded to whole
/// numbers (ties to even), as engines do.
enum Quantization {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "QuantizeLinear", since: 10, "x y_scale y_zero_point?",
      attributes: "axis>=13 saturate>=19 block_size>=21 output_dtype>=21 precision>=23", quantize),
    OperatorRow(
      "DequantizeLinear", since: 10, "x x_scale x_zero_point?",
      attributes: "axis>=13 block_size>=21 output_dtype>=23", dequantize),
    OperatorRow("DynamicQuantizeLinear", since: 11, "x", outputs: 3...3, body: quantizeByRange),
    OperatorRow(
      "QLinearMatMul", since: 10,
      "a a_scale a_zero_point b b_scale b_zero_point y_scale y_zero_point", qLinearMatMul),
  ]

  private static func quantize(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    guard let values = x.storedDoubles, x.isFloating || x.elementType == .i32 else {
      throw call.error(input: 0, "is \(x.text), not floating or i32")
    }
    let type = try quantizedType(call)
    let scale = try spread(call, 1, over: x.shape)
    let zero = call.optionalValue(2) == nil ? nil : try spread(call, 2, over: x.shape)
    let quotients = zip(values, scale).map { $0 / $1 }
    let rounded = stored(quotients, as: x.isFloating ? x.elementType! : .f32)
    return NDArray(shape: x.shape, type: type, integers: whole(rounded, zero, type))
  }

  /// Type of the zero point, else `output_dtype`, else u8.
  private static func quantizedType(_ call: NodeCall) throws(OnnxError) -> ElementType {
    let asked = try call.node.int("output_dtype", default: 0)
    let codes: [Int: ElementType] = [2: .u8, 3: .i8, 4: .u16, 5: .i16]
    guard asked == 0 || codes[asked] != nil, try call.node.int("precision", default: 0) == 0 else {
      throw call.error("quantizes to a type that is not supported")
    }
    guard let zero = try call.optionalTensor(2) else { return codes[asked] ?? .u8 }
    guard let type = zero.elementType, codes.values.contains(type) else {
      throw call.error(input: 2, "is \(zero.text), which is not supported")
    }
    guard asked == 0 || codes[asked] == type else {
      throw call.error("attribute 'output_dtype' is not the zero point's type")
    }
    return type
  }

  private static func dequantize(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (x, factor) = (try call.tensor(0), try call.tensor(1))
    guard x.isInteger, factor.isFloating, let values = x.doubles else {
      throw call.error(input: 0, "is \(x.text), scaled by \(factor.text)")
    }
    let scale = try spread(call, 1, over: x.shape)
    var shifted = values
    if let zero = try call.optionalTensor(2) {
      guard zero.type == x.type else {
        throw call.error(input: 2, "is \(zero.text), not \(x.type.text)")
      }
      shifted = zip(values, try spread(call, 2, over: x.shape)).map { $0 - $1 }
    }
    let asked = try call.node.int("output_dtype", default: 0)
    let types: [Int: ElementType] = [0: factor.elementType!, 1: .f32, 10: .f16, 16: .bf16]
    guard let type = types[asked] else { throw call.error("attribute 'output_dtype' is \(asked)") }
    return NDArray(shape: x.shape, type: type, reals: zip(shifted, scale).map { $0 * $1 })
  }

  /// u8 with the scale and zero point that its own range, widened to hold zero, asks for.
  private static func quantizeByRange(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let x = try call.tensor(0)
    let values = try call.reals(0)
    let low = values.reduce(0, Arithmetic.smaller)
    let high = values.reduce(0, Arithmetic.larger)
    let scale = low == high ? 1 : Double(Float((high - low) / 255))
    let zero = whole(stored([-low / scale], as: .f32), nil, .u8)[0]
    let quotients = stored(values.map { $0 / scale }, as: .f32)
    let zeros = [Double](repeating: Double(zero), count: x.count)
    return [
      .tensor(NDArray(shape: x.shape, type: .u8, integers: whole(quotients, zeros, .u8))),
      .tensor(NDArray(shape: [], type: .f32, reals: [scale])),
      .tensor(NDArray(shape: [], type: .u8, integers: [zero])),
    ]
  }

  /// The product of the real matrices that a and b stand for, quantized.
  private static func qLinearMatMul(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (a, b) = (try call.tensor(0), try call.tensor(3))
    let plan = try MatrixProduct(a.shape, b.shape, call)
    let p = try real(call, 0, a, axisFromEnd: 2)
    let q = try real(call, 3, b, axisFromEnd: 1)
    let scale = try scalar(call, 6)
    let zero = try call.tensor(7)
    guard let type = zero.elementType, type == .u8 || type == .i8, zero.count == 1 else {
      throw call.error(input: 7, "is \(zero.text), not one u8 or i8")
    }
    let quotients = stored(plan.multiply(p, q).map { $0 / scale }, as: .f32)
    let zeros = [Double](repeating: zero.doubles![0], count: quotients.count)
    return NDArray(shape: plan.shape, type: type, integers: whole(quotients, zeros, type))
  }

  /// (x - zero point) scale of the three inputs from `index` on; a vector of several numbers goes
  /// along the axis `axisFromEnd`.
  private static func real(
    _ call: NodeCall, _ index: Int, _ x: NDArray, axisFromEnd: Int
  ) throws(OnnxError) -> [Double] {
    guard x.elementType == .u8 || x.elementType == .i8 else {
      throw call.error(input: index, "is \(x.text), not u8 or i8")
    }
    func along(_ index: Int) throws(OnnxError) -> [Double] {
      let parameter = try call.tensor(index)
      var shape = parameter.count == 1 ? [] : parameter.shape
      if shape.count == 1, axisFromEnd == 2 { shape.append(1) }
      guard NDShape.broadcast(shape, x.shape) == x.shape, parameter.doubles != nil else {
        throw call.error(input: index, "is \(parameter.text), for \(x.text)")
      }
      return call.stretched(parameter.reshaped(shape), to: x.shape).doubles!
    }
    let (scale, zero) = (try along(index + 1), try along(index + 2))
    return x.doubles!.indices.map { (x.doubles![$0] - zero[$0]) * scale[$0] }
  }

  private static func scalar(_ call: NodeCall, _ index: Int) throws(OnnxError) -> Double {
    try call.scalar(index)
  }

  /// Input `index` for every element of `shape`.
  private static func spread(
    _ call: NodeCall, _ index: Int, over shape: [Int]
  ) throws(OnnxError) -> [Double] {
    let parameter = try call.tensor(index)
    guard let values = parameter.doubles else {
      throw call.error(input: index, "is \(parameter.text), not numeric")
    }
    let count = try call.elements(of: shape)
    let block = try call.node.int("block_size", default: 0)
    guard (0...1 << 31).contains(block) else {
      throw call.error("attribute 'block_size' is \(block)")
    }
    if parameter.count == 1, parameter.rank <= 1, block == 0 {
      return [Double](repeating: values[0], count: count)
    }
    let axis = try call.axis(try call.node.int("axis", default: 1), rank: shape.count)
    var wanted = [shape[axis]]
    if block > 0 {
      wanted = shape
      wanted[axis] = (shape[axis] + block - 1) / block
    }
    try call.require(index, parameter, shape: wanted)
    var picks = shape.indices.map { Array(repeating: 0, count: shape[$0]) }
    if block > 0 { picks = shape.map { Array(0..<$0) } }
    picks[axis] = (0..<shape[axis]).map { block > 0 ? $0 / block : $0 }
    var strides = NDShape.strides(wanted)
    if block == 0 { strides = shape.indices.map { $0 == axis ? 1 : 0 } }
    return NDShape.offsets(picks: picks, strides: strides).map { values[$0] }
  }

  /// Rounded to a floating type, f32 too.
  private static func stored(_ values: [Double], as type: ElementType) -> [Double] {
    type == .f32 ? values.map { Double(Float($0)) } : type.rounding(values)
  }

  /// round(value) + zero, limited to an integer type; not a number counts as zero.
  private static func whole(
    _ values: [Double], _ zero: [Double]?, _ type: ElementType
  ) -> [Int64] {
    let (low, high) = type.integerRange
    return values.enumerated().map { i, value in
      let shifted = value.rounded(.toNearestOrEven) + (zero?[i] ?? 0)
      return shifted.isNaN ? 0 : Int64(min(max(shifted, Double(low)), Double(high)))
    }
  }
}
