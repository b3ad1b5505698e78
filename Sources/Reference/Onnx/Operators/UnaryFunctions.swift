import Foundation
import Onnx
import Tensors

/// Operators that map each element by a function without parameters.
enum UnaryFunctions {
  static let rows: [OperatorRow] = [
    OperatorRow("Abs", "X", absolute),
    OperatorRow("Ceil", "X") { call throws(OnnxError) in try round(call, .up) },
    OperatorRow("Erf", since: 9, "input") { call throws(OnnxError) in try map(call, erf) },
    OperatorRow("Exp", "input") { call throws(OnnxError) in try map(call, exp) },
    OperatorRow("Floor", "X") { call throws(OnnxError) in try round(call, .down) },
    OperatorRow("Log", "input") { call throws(OnnxError) in try map(call, log) },
    OperatorRow("Neg", "X", negated),
    OperatorRow("Not", "X", not),
    OperatorRow("Reciprocal", "X") { call throws(OnnxError) in try map(call) { 1 / $0 } },
    OperatorRow("Round", since: 11, "X") { call throws(OnnxError) in
      try round(call, .toNearestOrEven)
    },
    OperatorRow("Sign", since: 9, "input", sign),
    OperatorRow("Sqrt", "X") { call throws(OnnxError) in try map(call) { $0.squareRoot() } },
    OperatorRow("Tanh", "input") { call throws(OnnxError) in try map(call, tanh) },
  ]

  /// f of every element of a floating input.
  static func map(
    _ call: NodeCall, _ f: (Double) -> Double
  ) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    let values = try call.reals(0)
    try call.spend([x.count])
    return NDArray(shape: x.shape, type: x.elementType!, reals: values.map(f))
  }

  /// The same where integers have a function of their own.
  static func map(
    _ call: NodeCall, reals f: (Double) -> Double, integers g: (Int64) -> Int64
  ) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    guard x.isInteger, case .integers(let values) = x.values else { return try map(call, f) }
    return NDArray(shape: x.shape, type: x.elementType!, integers: values.map(g))
  }

  private static func round(
    _ call: NodeCall, _ rule: FloatingPointRoundingRule
  ) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    _ = try call.reals(0)
    let values = x.storedDoubles!.map { $0.rounded(rule) }
    return NDArray(shape: x.shape, type: x.elementType!, reals: values)
  }

  /// The smallest signed integer stays what it is, as two's complement has it.
  private static func absolute(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let isUnsigned = try call.tensor(0).elementType == .u64
    return try map(
      call, reals: Swift.abs, integers: { $0 < 0 && !isUnsigned ? 0 &- $0 : $0 })
  }

  private static func negated(_ call: NodeCall) throws(OnnxError) -> NDArray {
    try map(call, reals: { -$0 }, integers: { 0 &- $0 })
  }

  private static func sign(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let isUnsigned = try call.tensor(0).elementType == .u64
    return try map(
      call, reals: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
      integers: { $0 == 0 ? 0 : $0 > 0 || isUnsigned ? 1 : -1 })
  }

  private static func not(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    guard x.isBool, case .integers(let values) = x.values else {
      throw call.error(input: 0, "is \(x.text), not bool")
    }
    return NDArray(shape: x.shape, type: .bool, integers: values.map { 1 - $0 })
  }
}
