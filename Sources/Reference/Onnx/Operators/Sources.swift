import Onnx
import Tensors

/// Operators that make arrays of attributes, shapes and bounds: Constant, ConstantOfShape, Range,
/// Shape, Size.
enum Sources {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "Constant", "",
      attributes: "value value_float>=12 value_floats>=12 value_int>=12 "
        + "value_ints>=12 value_string>=12 value_strings>=12", constant),
    OperatorRow("ConstantOfShape", since: 9, "input", attributes: "value", constantOfShape),
    OperatorRow(
      "Range", since: 11, "start limit delta", attributes: "stash_type>=27", range),
    OperatorRow("Shape", "data", attributes: "start>=15 end>=15", shape),
    OperatorRow("Size", "data") { call throws(OnnxError) in
      NDArray(shape: [], type: .i64, integers: [Int64(try call.tensor(0).count)])
    },
  ]

  private static func constant(_ call: NodeCall) throws(OnnxError) -> NDArray {
    guard let (key, value) = call.node.attributes.first, call.node.attributes.count == 1 else {
      throw call.error("needs exactly one value")
    }
    switch (key, value) {
    case ("value", .tensor(let tensor)): return NDArray(tensor)
    case ("value_float", .float(let x)):
      return NDArray(shape: [], type: .f32, reals: [Double(x)])
    case ("value_floats", .floats(let v)):
      return NDArray(shape: [v.count], type: .f32, reals: v.map(Double.init))
    case ("value_int", .int(let x)): return NDArray(shape: [], type: .i64, integers: [x])
    case ("value_ints", .ints(let v)):
      return NDArray(shape: [v.count], type: .i64, integers: v)
    case ("value_string", .string(let text)): return NDArray(shape: [], strings: [text])
    case ("value_strings", .strings(let v)): return NDArray(shape: [v.count], strings: v)
    default: throw call.error("attribute '\(key)' is \(value.kind)")
    }
  }

  /// An array of the given shape full of the one element of `value`, by default 0 in f32.
  private static func constantOfShape(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let shape = try call.indices(0)
    let count = try call.elements(of: shape)
    let value = try call.node.tensor("value").map { NDArray($0) }
    let element = value ?? NDArray(shape: [], type: .f32, reals: [0])
    guard element.count == 1 else { throw call.error("attribute 'value' is \(element.text)") }
    return element.taking([Int](repeating: 0, count: count), shape: shape)
  }

  /// start + i delta for every i that stays before the limit.
  private static func range(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let arrays = try call.tensors()
    try call.requireSameType(arrays)
    guard let type = arrays[0].elementType, type != .bool, arrays.allSatisfy({ $0.count == 1 })
    else { throw call.error("has bounds \(arrays.map(\.text))") }
    if case .integers(let start) = arrays[0].values, case .integers(let limit) = arrays[1].values,
      case .integers(let delta) = arrays[2].values
    {
      return try integerRange(call, start[0], limit[0], delta[0], type)
    }
    let bounds = arrays.map { $0.storedDoubles![0] }
    let steps = ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
    guard steps.isFinite, let count = Int(exactly: max(steps, 0)) else {
      throw call.error("has no end")
    }
    try call.elements(of: [count])
    return NDArray(
      shape: [count], type: type, reals: (0..<count).map { bounds[0] + Double($0) * bounds[2] })
  }

  private static func integerRange(
    _ call: NodeCall, _ start: Int64, _ limit: Int64, _ delta: Int64, _ type: ElementType
  ) throws(OnnxError) -> NDArray {
    let (distance, overflow) = limit.subtractingReportingOverflow(start)
    guard !overflow, delta != 0, delta != .min else { throw call.error("has no end") }
    let isEmpty = distance == 0 || (distance > 0) != (delta > 0)
    let count = isEmpty ? 0 : Int((distance - (delta > 0 ? 1 : -1)) / delta + 1)
    try call.elements(of: [count])
    return NDArray(
      shape: [count], type: type, integers: (0..<count).map { start &+ Int64($0) &* delta })
  }

  /// The sizes of axes start ..< end, both clamped.
  private static func shape(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let x = try call.tensor(0)
    func clamped(_ axis: Int) -> Int { min(max(axis < 0 ? axis &+ x.rank : axis, 0), x.rank) }
    let start = clamped(try call.node.int("start", default: 0))
    let end = clamped(try call.node.int("end", default: x.rank))
    return NDArray(start < end ? Array(x.shape[start..<end]) : [])
  }
}
