import Onnx
import Tensors

/// LayerNormalization, RMSNormalization, InstanceNormalization and GroupNormalization: every one
/// takes mean and variance (divided by the count) over groups of elements.
enum Normalization {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "GroupNormalization", since: 18, "X scale bias",
      attributes: "epsilon num_groups stash_type>=21", group),
    OperatorRow(
      "InstanceNormalization", since: 6, "input scale B", attributes: "epsilon", instance),
    OperatorRow(
      "LayerNormalization", since: 17, "X Scale B?", outputs: 1...3,
      attributes: "axis epsilon stash_type", body: layer),
    OperatorRow(
      "RMSNormalization", since: 23, "X scale", attributes: "axis epsilon stash_type", rms),
  ]

  private static func epsilon(_ call: NodeCall) throws(OnnxError) -> Double {
    Double(try call.node.float("epsilon", default: 1e-5))
  }

  /// Over `axis` and all after it; the optional outputs are mean and 1 / deviation.
  private static func layer(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let x = try call.tensor(0)
    let axis = try call.axis(try call.node.int("axis", default: -1), rank: x.rank)
    let moments = try Moments(
      call, groups: NDShape.count(Array(x.shape[..<axis]))!, epsilon: try epsilon(call))
    var y = moments.normalized
    y = zip(y, try parameter(call, 1, x)).map { $0 * $1 }
    if call.optionalValue(2) != nil { y = zip(y, try parameter(call, 2, x)).map { $0 + $1 } }
    let shape = Array(x.shape[..<axis]) + x.shape[axis...].map { _ in 1 }
    // Statistics are f32 unless stash_type asks for the input's own type.
    let stash = try call.node.int("stash_type", default: 1)
    guard stash == 1 || stash == 16 || stash == 10 || stash == 11 else {
      throw call.error("attribute 'stash_type' is \(stash)")
    }
    let type: ElementType = stash == 1 ? .f32 : stash == 11 ? .f64 : stash == 16 ? .bf16 : .f16
    return [
      .tensor(NDArray(shape: x.shape, type: x.elementType!, reals: y)),
      .tensor(NDArray(shape: shape, type: type, reals: moments.means)),
      .tensor(NDArray(shape: shape, type: type, reals: moments.scales)),
    ]
  }

  /// x / sqrt(mean of squares + epsilon) x scale.
  private static func rms(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let values = try call.reals(0)
    let axis = try call.axis(try call.node.int("axis", default: -1), rank: x.rank)
    let (row, epsilon) = (NDShape.count(Array(x.shape[axis...]))!, try epsilon(call))
    let scale = try parameter(call, 1, x)
    var y = values
    for start in stride(from: 0, to: x.count, by: max(row, 1)) {
      let squares = values[start..<start + row].reduce(0) { $0 + $1 * $1 }
      let deviation = (squares / Double(row) + epsilon).squareRoot()
      for i in start..<start + row { y[i] = values[i] / deviation * scale[i] }
    }
    return NDArray(shape: x.shape, type: x.elementType!, reals: y)
  }

  private static func instance(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    guard x.rank >= 3 else { throw call.error(input: 0, "has \(x.rank) axes, not 3 or more") }
    let moments = try Moments(
      call, groups: x.shape[0] * x.shape[1], epsilon: try epsilon(call))
    return try scaledByChannel(call, x, moments.normalized, channels: x.shape[1])
  }

  /// Groups of channels. Scale and bias: one for each channel, before opset 21 for each group.
  private static func group(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let groups = try call.node.int("num_groups", default: 0)
    guard x.rank >= 2, groups > 0, x.shape[1] % groups == 0 else {
      throw call.error("\(groups) groups of the channels of \(x.text)")
    }
    let moments = try Moments(
      call, groups: x.shape[0] &* groups, epsilon: try epsilon(call))
    let count = call.opset < 21 ? groups : x.shape[1]
    return try scaledByChannel(call, x, moments.normalized, channels: count)
  }

  /// y scale + bias, which are given for each of `channels` equal parts of axis 1.
  private static func scaledByChannel(
    _ call: NodeCall, _ x: NDArray, _ y: [Double], channels: Int
  ) throws(OnnxError) -> NDArray {
    try call.require(1, try call.tensor(1), shape: [channels])
    try call.require(2, try call.tensor(2), shape: [channels])
    let (scale, bias) = (try call.reals(1), try call.reals(2))
    let part = max(1, NDShape.count(Array(x.shape[1...]))! / max(channels, 1))
    let result = y.enumerated().map { i, v in
      v * scale[i / part % channels] + bias[i / part % channels]
    }
    return NDArray(shape: x.shape, type: x.elementType!, reals: result)
  }

  /// Input `index` stretched to X.
  private static func parameter(
    _ call: NodeCall, _ index: Int, _ x: NDArray
  ) throws(OnnxError) -> [Double] {
    _ = try call.reals(index)
    return try call.stretchedInput(index, to: x.shape).doubles!
  }
}

/// Mean and 1 / sqrt(variance + epsilon) of each of `groups` equal runs of input 0.
private struct Moments {
  var normalized: [Double]
  var means: [Double] = []
  var scales: [Double] = []

  init(_ call: NodeCall, groups: Int, epsilon: Double) throws(OnnxError) {
    let x = try call.reals(0)
    try call.elements(of: [groups])
    try call.spend([x.count])
    normalized = x
    let rows = x.count / max(groups, 1)
    for group in 0..<groups {
      let row = x[group * rows..<(group + 1) * rows]
      let mean = row.reduce(0, +) / Double(rows)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      let scale = 1 / (variance + epsilon).squareRoot()
      for i in row.indices { normalized[i] = (x[i] - mean) * scale }
      means.append(mean)
      scales.append(scale)
    }
  }
}
