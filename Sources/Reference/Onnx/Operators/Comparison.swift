import Onnx
import Tensors

/// Comparisons and the logic of booleans: two inputs, broadcast, to bool.
enum Comparison {
  static let rows: [OperatorRow] = [
    OperatorRow("Equal", since: 7, "A B", equal),
    OperatorRow("Greater", since: 7, "A B") { call throws(OnnxError) in
      try order(call, { $0 > $1 }, { Arithmetic.isLess($1, $0, $2) })
    },
    OperatorRow("GreaterOrEqual", since: 12, "A B") { call throws(OnnxError) in
      try order(call, { $0 >= $1 }, { !Arithmetic.isLess($0, $1, $2) })
    },
    OperatorRow("Less", since: 7, "A B") { call throws(OnnxError) in
      try order(call, { $0 < $1 }, { Arithmetic.isLess($0, $1, $2) })
    },
    OperatorRow("LessOrEqual", since: 12, "A B") { call throws(OnnxError) in
      try order(call, { $0 <= $1 }, { !Arithmetic.isLess($1, $0, $2) })
    },
    OperatorRow("And", since: 7, "A B") { call throws(OnnxError) in
      try logic(call) { $0 && $1 }
    },
    OperatorRow("Or", since: 7, "A B") { call throws(OnnxError) in try logic(call) { $0 || $1 } },
    OperatorRow("Xor", since: 7, "A B") { call throws(OnnxError) in try logic(call) { $0 != $1 } },
  ]

  /// The two inputs, of one type, stretched to one shape.
  private static func pair(
    _ call: NodeCall
  ) throws(OnnxError) -> (a: NDArray.Values, b: NDArray.Values, shape: [Int], type: NDArray) {
    let (a, b) = (try call.tensor(0), try call.tensor(1))
    try call.requireSameType([a, b])
    let shape = try call.broadcast([a, b])
    return (stored(call.stretched(a, to: shape)), stored(call.stretched(b, to: shape)), shape, a)
  }

  private static func stored(_ array: NDArray) -> NDArray.Values {
    if case .reals = array.values { .reals(array.storedDoubles!) } else { array.values }
  }

  private static func equal(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let pair = try pair(call)
    let result: [Bool] =
      switch (pair.a, pair.b) {
      case (.reals(let a), .reals(let b)): zip(a, b).map(==)
      case (.integers(let a), .integers(let b)): zip(a, b).map(==)
      case (.strings(let a), .strings(let b)): zip(a, b).map(==)
      default: []
      }
    return NDArray(shape: pair.shape, booleans: result)
  }

  private static func order(
    _ call: NodeCall, _ f: (Double, Double) -> Bool, _ g: (Int64, Int64, ElementType) -> Bool
  ) throws(OnnxError) -> NDArray {
    let pair = try pair(call)
    switch (pair.a, pair.b) {
    case (.reals(let a), .reals(let b)):
      return NDArray(shape: pair.shape, booleans: zip(a, b).map(f))
    case (.integers(let a), .integers(let b)) where pair.type.isInteger:
      let type = pair.type.elementType!
      return NDArray(shape: pair.shape, booleans: zip(a, b).map { g($0, $1, type) })
    default: throw call.error(input: 0, "is \(pair.type.text), not numeric")
    }
  }

  private static func logic(
    _ call: NodeCall, _ f: (Bool, Bool) -> Bool
  ) throws(OnnxError) -> NDArray {
    let pair = try pair(call)
    guard pair.type.isBool, case .integers(let a) = pair.a, case .integers(let b) = pair.b else {
      throw call.error(input: 0, "is \(pair.type.text), not bool")
    }
    return NDArray(shape: pair.shape, booleans: zip(a, b).map { f($0 != 0, $1 != 0) })
  }
}
