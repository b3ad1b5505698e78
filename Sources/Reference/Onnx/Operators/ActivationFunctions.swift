import Foundation
import Onnx
import Tensors

/// The activation operators, by the formulas of the operator specification.
enum ActivationFunctions {
  static let rows: [OperatorRow] = [
    OperatorRow("Celu", since: 12, "X", attributes: "alpha", celu),
    OperatorRow("Elu", "X", attributes: "alpha", elu),
    OperatorRow("Gelu", since: 20, "X", attributes: "approximate", gelu),
    OperatorRow("HardSigmoid", "X", attributes: "alpha beta", hardSigmoid),
    OperatorRow("HardSwish", since: 14, "X") { call throws(OnnxError) in
      try UnaryFunctions.map(call) { $0 * limited($0 / 6 + 0.5, 0, 1) }
    },
    OperatorRow("LeakyRelu", "X", attributes: "alpha", leakyRelu),
    OperatorRow("Mish", since: 18, "X") { call throws(OnnxError) in
      try UnaryFunctions.map(call) { $0 * tanh(softplus($0)) }
    },
    OperatorRow("PRelu", "X slope", prelu),
    OperatorRow("Relu", "X") { call throws(OnnxError) in
      try UnaryFunctions.map(call, reals: { $0 < 0 ? 0 : $0 }, integers: { $0 < 0 ? 0 : $0 })
    },
    OperatorRow("Selu", "X", attributes: "alpha gamma", selu),
    OperatorRow("Sigmoid", "X") { call throws(OnnxError) in try UnaryFunctions.map(call, sigmoid) },
    OperatorRow("Softplus", "X") { call throws(OnnxError) in
      try UnaryFunctions.map(call, softplus)
    },
    OperatorRow("Softsign", "input") { call throws(OnnxError) in
      try UnaryFunctions.map(call) { $0 / (1 + abs($0)) }
    },
    OperatorRow("Swish", since: 24, "X", attributes: "alpha", swish),
    OperatorRow("ThresholdedRelu", since: 10, "X", attributes: "alpha", thresholdedRelu),
  ]

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// log(1 + e^x) without overflow.
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  /// x between two bounds; not a number stays one.
  static func limited(_ x: Double, _ low: Double, _ high: Double) -> Double {
    x < low ? low : x > high ? high : x
  }

  private static func celu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 1))
    return try UnaryFunctions.map(call) { max(0, $0) + min(0, alpha * expm1($0 / alpha)) }
  }

  private static func elu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 1))
    return try UnaryFunctions.map(call) { $0 < 0 ? alpha * expm1($0) : $0 }
  }

  private static func gelu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    switch try call.node.string("approximate", default: "none") {
    case "none":
      return try UnaryFunctions.map(call) { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    case "tanh":
      let scale = (2 / Double.pi).squareRoot()
      return try UnaryFunctions.map(call) {
        0.5 * $0 * (1 + tanh(scale * ($0 + 0.044715 * $0 * $0 * $0)))
      }
    case let other: throw call.error("attribute 'approximate' is \(onnxQuoted(other))")
    }
  }

  private static func hardSigmoid(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 0.2))
    let beta = Double(try call.node.float("beta", default: 0.5))
    return try UnaryFunctions.map(call) { limited(alpha * $0 + beta, 0, 1) }
  }

  private static func leakyRelu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 0.01))
    return try UnaryFunctions.map(call) { $0 < 0 ? alpha * $0 : $0 }
  }

  private static func selu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 1.67326319217681884765625))
    let gamma = Double(try call.node.float("gamma", default: 1.05070102214813232421875))
    return try UnaryFunctions.map(call) { gamma * ($0 > 0 ? $0 : alpha * expm1($0)) }
  }

  private static func swish(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 1))
    return try UnaryFunctions.map(call) { $0 * sigmoid(alpha * $0) }
  }

  private static func thresholdedRelu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let alpha = Double(try call.node.float("alpha", default: 1))
    return try UnaryFunctions.map(call) { $0 > alpha ? $0 : $0.isNaN ? $0 : 0 }
  }

  /// The slope stretches to the input, never the other way round.
  private static func prelu(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    try call.elements(of: x.shape)
    let slope = try call.stretchedInput(1, to: x.shape)
    try call.requireSameType([x, slope])
    switch (x.values, slope.values) {
    case (.reals(let v), .reals(let s)):
      let y = zip(v, s).map { $0 < 0 ? $0 * $1 : $0 }
      return NDArray(shape: x.shape, type: x.elementType!, reals: y)
    case (.integers(let v), .integers(let s)) where x.isInteger:
      let y = zip(v, s).map { $0 < 0 && x.elementType != .u64 ? $0 &* $1 : $0 }
      return NDArray(shape: x.shape, type: x.elementType!, integers: y)
    default: throw call.error(input: 0, "is \(x.text), not numeric")
    }
  }
}
