import Foundation
import Onnx
import Tensors

/// Add, Sub, Mul, Div, Pow and the operators of many inputs: Max, Min, Sum, Mean.
enum Arithmetic {
  static let rows: [OperatorRow] = [
    OperatorRow("Add", since: 7, "A B") { call throws(OnnxError) in
      try fold(call, reals: { $0 + $1 }, integers: { a, b, _ in a &+ b })
    },
    OperatorRow("Sub", since: 7, "A B") { call throws(OnnxError) in
      try fold(call, reals: { $0 - $1 }, integers: { a, b, _ in a &- b })
    },
    OperatorRow("Mul", since: 7, "A B") { call throws(OnnxError) in
      try fold(call, reals: { $0 * $1 }, integers: { a, b, _ in a &* b })
    },
    OperatorRow("Div", since: 7, "A B", divide),
    OperatorRow("Mod", since: 10, "A B", attributes: "fmod", modulo),
    OperatorRow("Pow", since: 7, "X Y", power),
    OperatorRow("Max", "data*") { call throws(OnnxError) in
      try fold(call, reals: larger, integers: { isLess($0, $1, $2) ? $1 : $0 })
    },
    OperatorRow("Min", "data*") { call throws(OnnxError) in
      try fold(call, reals: smaller, integers: { isLess($1, $0, $2) ? $1 : $0 })
    },
    OperatorRow("Sum", "data*") { call throws(OnnxError) in
      try floatingOnly(call)
      return try fold(call, reals: { $0 + $1 }, integers: { a, _, _ in a })
    },
    OperatorRow("Mean", "data*", mean),
  ]

  /// The inputs combined from the left, broadcast to one shape.
  static func fold(
    _ call: NodeCall, reals f: (Double, Double) -> Double,
    integers g: (Int64, Int64, ElementType) throws(OnnxError) -> Int64
  ) throws(OnnxError) -> NDArray {
    let arrays = try call.tensors()
    guard let first = arrays.first else { throw call.error("has no inputs") }
    try call.requireSameType(arrays)
    let shape = try call.broadcast(arrays)
    var result = call.stretched(first, to: shape)
    guard let type = result.elementType, type != .bool else {
      throw call.error(input: 0, "is \(first.text), not numeric")
    }
    for array in arrays.dropFirst() {
      switch (result.values, call.stretched(array, to: shape).values) {
      case (.reals(let a), .reals(let b)):
        result = NDArray(shape: shape, type: type, reals: zip(a, b).map(f))
      case (.integers(let a), .integers(let b)):
        var values: [Int64] = []
        for (p, q) in zip(a, b) { values.append(try g(p, q, type)) }
        result = NDArray(shape: shape, type: type, integers: values)
      default: throw call.error("has inputs of different kinds")
      }
    }
    return result
  }

  /// a < b for integers of `type`, u64 being bits.
  static func isLess(_ a: Int64, _ b: Int64, _ type: ElementType) -> Bool {
    type == .u64 ? UInt64(bitPattern: a) < UInt64(bitPattern: b) : a < b
  }

  static func larger(_ a: Double, _ b: Double) -> Double {
    a.isNaN ? a : b.isNaN || b > a ? b : a
  }

  static func smaller(_ a: Double, _ b: Double) -> Double {
    a.isNaN ? a : b.isNaN || b < a ? b : a
  }

  private static func floatingOnly(_ call: NodeCall) throws(OnnxError) {
    for index in call.inputs.indices { _ = try call.reals(index) }
  }

  private static func mean(_ call: NodeCall) throws(OnnxError) -> NDArray {
    try floatingOnly(call)
    let sum = try fold(call, reals: { $0 + $1 }, integers: { a, _, _ in a })
    let count = Double(call.inputs.count)
    return NDArray(
      shape: sum.shape, type: sum.elementType!, reals: sum.doubles!.map { $0 / count })
  }

  /// Integers are divided towards zero; the most negative by -1 wraps to itself.
  private static func divide(_ call: NodeCall) throws(OnnxError) -> NDArray {
    func quotient(_ a: Int64, _ b: Int64, _ type: ElementType) throws(OnnxError) -> Int64 {
      guard b != 0 else { throw call.error("divides an integer by zero") }
      if type == .u64 {
        return Int64(bitPattern: UInt64(bitPattern: a) / UInt64(bitPattern: b))
      }
      return a.dividedReportingOverflow(by: b).partialValue
    }
    return try fold(call, reals: { $0 / $1 }, integers: quotient)
  }

  /// What is left of A / B: with the sign of A if `fmod`, else (for floating inputs since opset
  /// 28) with that of B.
  private static func modulo(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let isTruncated = try call.node.int("fmod", default: 0) != 0
    let isFloating = try call.tensor(0).isFloating
    guard isTruncated || !isFloating || call.opset >= 28 else {
      throw call.error("attribute 'fmod' is 0 for floating inputs")
    }
    func rest(_ a: Int64, _ b: Int64, _ type: ElementType) throws(OnnxError) -> Int64 {
      guard b != 0 else { throw call.error("divides an integer by zero") }
      if type == .u64 {
        return Int64(bitPattern: UInt64(bitPattern: a) % UInt64(bitPattern: b))
      }
      let left = a.remainderReportingOverflow(dividingBy: b).partialValue
      return isTruncated || left == 0 || (left < 0) == (b < 0) ? left : left + b
    }
    return try fold(
      call,
      reals: { a, b in
        let left = fmod(a, b)
        return isTruncated || left == 0 || (left < 0) == (b < 0) ? left : left + b
      }, integers: rest)
  }

  /// X to the power Y, which may be of another type; the result is of X's.
  private static func power(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (x, y) = (try call.tensor(0), try call.tensor(1))
    let shape = try call.broadcast([x, y])
    let (base, exponent) = (call.stretched(x, to: shape), call.stretched(y, to: shape))
    guard let type = x.elementType, !x.isBool, !y.isBool, let e = exponent.doubles else {
      throw call.error("raises \(x.text) to \(y.text)")
    }
    if case .reals(let b) = base.values {
      return NDArray(shape: shape, type: type, reals: zip(b, e).map(pow))
    }
    var values: [Int64] = []
    if case .integers(let b) = base.values, case .integers(let n) = exponent.values {
      for (b, n) in zip(b, n) { values.append(try integerPower(b, n, call)) }
    } else {
      for (b, e) in zip(base.doubles!, e) { values.append(try whole(pow(b, e), call)) }
    }
    return NDArray(shape: shape, type: type, integers: values)
  }

  /// b^n modulo 2^64 by squaring; a negative n gives 1 / b^-n without its fraction.
  private static func integerPower(
    _ b: Int64, _ n: Int64, _ call: NodeCall
  ) throws(OnnxError) -> Int64 {
    if n < 0 {
      if b == 0 { throw call.error("raises zero to the power \(n)") }
      return b == 1 ? 1 : b == -1 ? (n % 2 == 0 ? 1 : -1) : 0
    }
    var (result, square, rest): (Int64, Int64, Int64) = (1, b, n)
    while rest > 0 {
      if rest % 2 == 1 { result = result &* square }
      square = square &* square
      rest /= 2
    }
    return result
  }

  private static func whole(_ x: Double, _ call: NodeCall) throws(OnnxError) -> Int64 {
    guard let value = Int64(exactly: x.rounded(.towardZero)) else {
      throw call.error("the power \(x) has no 64-bit integer")
    }
    return value
  }
}
