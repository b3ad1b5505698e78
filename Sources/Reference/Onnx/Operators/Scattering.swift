import Onnx
import Tensors

/// ScatterND and ScatterElements: updates written into a copy of the data, in their order.
enum Scattering {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "ScatterElements", since: 11, "data indices updates", attributes: "axis reduction>=16"
    ) { call throws(OnnxError) in
      let x = try call.tensor(0)
      let shape = try call.tensor(1).shape
      return try scatter(call, x, try Gathering.elementOffsets(call, x), shape)
    },
    OperatorRow(
      "ScatterND", since: 11, "data indices updates", attributes: "reduction>=16"
    ) { call throws(OnnxError) in
      let x = try call.tensor(0)
      let blocks = try BlockIndices(call, x)
      let shape = blocks.shape + blocks.blockShape
      try call.elements(of: shape)
      let offsets = blocks.starts.flatMap { $0..<$0 + blocks.size }
      return try scatter(call, x, offsets, shape)
    },
  ]

  /// The updates, of `shape`, combined with the elements at `offsets`.
  private static func scatter(
    _ call: NodeCall, _ x: NDArray, _ offsets: [Int], _ shape: [Int]
  ) throws(OnnxError) -> NDArray {
    let updates = try call.tensor(2)
    guard updates.type == x.type else {
      throw call.error(input: 2, "is \(updates.text), not \(x.type.text)")
    }
    try call.require(2, updates, shape: shape)
    try call.spend([x.count])
    let word = try call.node.string("reduction", default: "none")
    guard let rule = Rule(rawValue: word), word == "none" || x.isFloating || x.isInteger,
      call.opset >= 18 || (rule != .max && rule != .min)
    else { throw call.error("attribute 'reduction' is \(onnxQuoted(word)) for \(x.text)") }
    switch (x.values, updates.values) {
    case (.reals(var v), .reals(let u)):
      for (offset, update) in zip(offsets, u) { v[offset] = rule.apply(v[offset], update) }
      return NDArray(shape: x.shape, type: x.elementType!, reals: v)
    case (.integers(var v), .integers(let u)):
      let type = x.elementType!
      for (offset, update) in zip(offsets, u) { v[offset] = rule.apply(v[offset], update, type) }
      return NDArray(shape: x.shape, type: type, integers: v)
    case (.strings(var v), .strings(let u)):
      for (offset, update) in zip(offsets, u) { v[offset] = update }
      return NDArray(shape: x.shape, strings: v)
    default: throw call.error("has inputs of different kinds")
    }
  }

  private enum Rule: String {
    case none, add, mul, max, min

    func apply(_ old: Double, _ new: Double) -> Double {
      switch self {
      case .none: new
      case .add: old + new
      case .mul: old * new
      case .max: Arithmetic.larger(old, new)
      case .min: Arithmetic.smaller(old, new)
      }
    }

    func apply(_ old: Int64, _ new: Int64, _ type: ElementType) -> Int64 {
      switch self {
      case .none: new
      case .add: old &+ new
      case .mul: old &* new
      case .max: Arithmetic.isLess(old, new, type) ? new : old
      case .min: Arithmetic.isLess(new, old, type) ? new : old
      }
    }
  }
}
