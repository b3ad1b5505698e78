import Onnx
import Tensors

/// Loop: a body run while its condition holds, at most M times.
enum Loops {
  static let rows: [OperatorRow] = [
    OperatorRow("Loop", "M? cond? v_initial*", outputs: 1...Int.max, attributes: "body", body: loop)
  ]

  /// The body maps (iteration, condition, carried...) to (condition, carried..., scanned...); the
  /// node gives the last carried values and all scanned ones stacked along a new first axis.
  private static func loop(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let trips = try tripCount(call)
    var holds = call.optionalValue(1) == nil ? true : try call.boolean(1)
    var carried: [NodeValue] = []
    for index in call.inputs.indices.dropFirst(2) { carried.append(try call.value(index)) }
    let count = try call.body("body").graph.outputs.count - 1 - carried.count
    guard count >= 0, call.node.outputs.count == carried.count + count else {
      throw call.error("'body' does not give a condition and the node's outputs")
    }
    var scanned = [[NDArray]](repeating: [], count: count)
    var iteration: Int64 = 0
    while holds, trips.map({ iteration < $0 }) ?? true {
      let outputs = try call.run("body", inputs(call, iteration, holds) + carried)
      holds = try condition(outputs[0], call)
      carried = Array(outputs[1...carried.count])
      try collect(outputs[(carried.count + 1)...], into: &scanned, call)
      iteration += 1
    }
    var results: [NodeValue?] = carried
    for index in scanned.indices {
      let isEmpty = scanned[index].isEmpty
      call.release(scanned[index])
      let stack =
        isEmpty
        ? try call.emptyStack("body", output: 1 + carried.count + index, axis: 0)
        : try call.stacked(scanned[index], axis: 0)
      results.append(.tensor(stack))
    }
    return results
  }

  private static func tripCount(_ call: NodeCall) throws(OnnxError) -> Int64? {
    guard let array = try call.optionalTensor(0) else { return nil }
    guard array.elementType == .i64, array.count == 1, case .integers(let v) = array.values else {
      throw call.error(input: 0, "is \(array.text), not one i64")
    }
    return v[0]
  }

  private static func inputs(
    _ call: NodeCall, _ iteration: Int64, _ holds: Bool
  ) -> [NodeValue] {
    [
      .tensor(NDArray(shape: [], type: .i64, integers: [iteration])),
      .tensor(NDArray(shape: [], booleans: [holds])),
    ]
  }

  private static func condition(_ value: NodeValue, _ call: NodeCall) throws(OnnxError) -> Bool {
    guard let array = value.tensor, array.isBool, array.count == 1 else {
      throw call.error("the condition of 'body' is not one bool")
    }
    return array.doubles != [0]
  }

  private static func collect(
    _ values: ArraySlice<NodeValue>, into scanned: inout [[NDArray]], _ call: NodeCall
  ) throws(OnnxError) {
    for (index, value) in values.enumerated() {
      guard let array = value.tensor else {
        throw call.error("'body' scans \(value.kind), not a tensor")
      }
      try call.spend([array.count])
      try call.hold(max(array.count, 1))
      scanned[index].append(array)
    }
  }
}
