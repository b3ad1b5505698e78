import Onnx
import Tensors

/// Where, Clip, Identity and Dropout.
enum Selection {
  static let rows: [OperatorRow] = [
    OperatorRow("Where", since: 9, "condition X Y", choose),
    OperatorRow("Clip", "input min?>=11 max?>=11", attributes: "min<11 max<11", clip),
    OperatorRow("Identity", "input", outputs: 1...1) { call throws(OnnxError) in
      [try call.value(0)]
    },
    OperatorRow(
      "Dropout", since: 7, "data ratio?>=12 training_mode?>=12", outputs: 1...2,
      attributes: "ratio<12 seed>=12", body: dropout),
  ]

  private static func choose(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let (condition, x, y) = (try call.tensor(0), try call.tensor(1), try call.tensor(2))
    guard condition.isBool else { throw call.error(input: 0, "is \(condition.text), not bool") }
    guard x.type == y.type else { throw call.error(input: 2, "is \(y.text), not \(x.type.text)") }
    let shape = try call.broadcast([condition, x, y])
    let picks = call.stretched(condition, to: shape).doubles!.map { $0 != 0 }
    func pick<T>(_ a: [T], _ b: [T]) -> [T] { picks.indices.map { picks[$0] ? a[$0] : b[$0] } }
    let values: NDArray.Values =
      switch (call.stretched(x, to: shape).values, call.stretched(y, to: shape).values) {
      case (.reals(let a), .reals(let b)): .reals(pick(a, b))
      case (.integers(let a), .integers(let b)): .integers(pick(a, b))
      case (.strings(let a), .strings(let b)): .strings(pick(a, b))
      default: throw call.error("has inputs of different kinds")
      }
    return NDArray(shape: shape, type: x.type, trusted: values)
  }

  /// min(max(x, low), high): where the bounds cross, the upper one wins.
  private static func clip(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    guard x.isInteger, case .integers(let values) = x.values, let type = x.elementType else {
      let low = try realBound(call, 1, "min", default: -.infinity)
      let high = try realBound(call, 2, "max", default: .infinity)
      return try UnaryFunctions.map(call) {
        Arithmetic.smaller(Arithmetic.larger($0, low), high)
      }
    }
    let low = try integerBound(call, 1) ?? type.integerRange.low
    let high = try integerBound(call, 2) ?? type.integerRange.high
    return NDArray(
      shape: x.shape, type: type,
      integers: values.map { x in
        let raised = Arithmetic.isLess(x, low, type) ? low : x
        return Arithmetic.isLess(high, raised, type) ? high : raised
      })
  }

  private static func bound(_ call: NodeCall, _ index: Int) throws(OnnxError) -> NDArray? {
    guard let array = try call.optionalTensor(index) else { return nil }
    guard array.count == 1, array.type == (try call.tensor(0).type) else {
      throw call.error(input: index, "is \(array.text), not one element of the input's type")
    }
    return array
  }

  private static func realBound(
    _ call: NodeCall, _ index: Int, _ attribute: String, default fallback: Double
  ) throws(OnnxError) -> Double {
    if let array = try bound(call, index) { return array.doubles![0] }
    return try call.node.optionalFloat(attribute).map(Double.init) ?? fallback
  }

  private static func integerBound(_ call: NodeCall, _ index: Int) throws(OnnxError) -> Int64? {
    if case .integers(let values)? = try bound(call, index)?.values { values[0] } else { nil }
  }

  /// Inference: the input itself and a mask of ones. Training is random, and so refused unless
  /// its ratio is zero.
  private static func dropout(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let x = try call.tensor(0)
    let ratio = call.optionalValue(1) == nil ? 0.5 : try call.scalar(1)
    if call.optionalValue(2) != nil, try call.boolean(2), ratio != 0 {
      throw call.error(input: 2, "is true, and training is not supported")
    }
    let ones = [Int64](repeating: 1, count: x.count)
    // Up to opset 9 the mask has the type of the input.
    let mask =
      call.opset < 10 && x.isFloating
      ? NDArray(shape: x.shape, type: x.elementType!, reals: ones.map(Double.init))
      : NDArray(shape: x.shape, type: .bool, integers: ones)
    return [.tensor(x), .tensor(mask)]
  }
}
