import Onnx
import Tensors

/// Scan: a body run once for every slice of its scan inputs.
enum Scans {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "Scan", since: 8, "initial_state_and_scan_inputs*", outputs: 1...Int.max,
      attributes: "body num_scan_inputs directions<9 scan_input_axes>=9 "
        + "scan_input_directions>=9 scan_output_axes>=9 scan_output_directions>=9",
      body: { call throws(OnnxError) in
        call.opset < 9 ? try batched(call) : try scan(call)
      })
  ]

  private static func scan(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let plan = try ScanPlan(call, try call.tensors(), newForm: true)
    return try plan.run(call).map { .tensor($0) }
  }

  /// Opset 8: input 0 is `sequence_lens`, axis 0 of everything the batch, axis 1 of what is
  /// scanned the time. Each row is scanned alone; shorter ones are padded with zeros.
  private static func batched(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    var arrays: [NDArray] = []
    for index in call.inputs.indices.dropFirst() { arrays.append(try call.tensor(index)) }
    guard let batch = arrays.first?.shape.first, batch > 0 else {
      throw call.error("has no batch axis")
    }
    if call.optionalValue(0) != nil {
      throw call.error(input: 0, "sequence lengths are not supported")
    }
    var results: [[NDArray]] = []
    for row in 0..<batch {
      var own: [NDArray] = []
      for array in arrays {
        guard array.shape.first == batch else {
          throw call.error("\(array.text) has another batch than \(batch)")
        }
        own.append(array.slice(axis: 0, at: row))
      }
      results.append(try ScanPlan(call, own, newForm: false).run(call))
    }
    var stacked: [NodeValue?] = []
    for index in results[0].indices {
      stacked.append(.tensor(try call.stacked(results.map { $0[index] }, axis: 0)))
    }
    return stacked
  }
}

/// One scan: states, and the inputs it walks through with their axes and directions.
private struct ScanPlan {
  private let states: [NDArray]
  private let scanned: [NDArray]
  private let inputAxes: [Int]
  private let inputsReversed: [Bool]
  private let outputAxes: [Int]
  private let outputsReversed: [Bool]
  private let steps: Int

  init(_ call: NodeCall, _ arrays: [NDArray], newForm: Bool) throws(OnnxError) {
    let count = try call.node.int("num_scan_inputs", default: 0)
    guard count > 0, count <= arrays.count else {
      throw call.error("attribute 'num_scan_inputs' is \(count) for \(arrays.count) inputs")
    }
    states = Array(arrays.dropLast(count))
    scanned = Array(arrays.suffix(count))
    let outputs = call.node.outputs.count - states.count
    guard outputs >= 0, try call.body("body").graph.outputs.count == call.node.outputs.count else {
      throw call.error("'body' does not give the node's outputs")
    }
    let direction = newForm ? "scan_input_directions" : "directions"
    inputsReversed = try Self.flags(call, direction, count)
    outputsReversed = try Self.flags(call, "scan_output_directions", outputs)
    outputAxes = try call.node.ints("scan_output_axes") ?? [Int](repeating: 0, count: outputs)
    let axes = try call.node.ints("scan_input_axes") ?? [Int](repeating: 0, count: count)
    guard axes.count == count, outputAxes.count == outputs else {
      throw call.error("has \(axes.count) input axes and \(outputAxes.count) output axes")
    }
    var found: [Int] = []
    for (axis, array) in zip(axes, scanned) { found.append(try call.axis(axis, rank: array.rank)) }
    inputAxes = found
    let lengths = zip(inputAxes, scanned).map { $1.shape[$0] }
    guard Set(lengths).count == 1 else { throw call.error("scans axes of lengths \(lengths)") }
    steps = lengths[0]
  }

  /// The last states and every scanned output, stacked.
  func run(_ call: NodeCall) throws(OnnxError) -> [NDArray] {
    var carried: [NodeValue] = states.map { .tensor($0) }
    var outputs = [[NDArray]](repeating: [], count: outputAxes.count)
    for step in 0..<steps {
      let slices = scanned.indices.map { k in
        NodeValue.tensor(
          scanned[k].slice(axis: inputAxes[k], at: inputsReversed[k] ? steps - 1 - step : step))
      }
      let values = try call.run("body", carried + slices)
      carried = Array(values[..<carried.count])
      for (index, value) in values[carried.count...].enumerated() {
        guard let array = value.tensor else { throw call.error("'body' scans \(value.kind)") }
        try call.hold(max(array.count, 1))
        outputs[index].append(array)
      }
    }
    var results: [NDArray] = []
    for value in carried {
      guard let array = value.tensor else { throw call.error("'body' carries \(value.kind)") }
      results.append(array)
    }
    for (index, arrays) in outputs.enumerated() {
      call.release(arrays)
      let ordered = outputsReversed[index] ? arrays.reversed() : arrays
      results.append(
        ordered.isEmpty
          ? try call.emptyStack("body", output: states.count + index, axis: outputAxes[index])
          : try call.stacked(ordered, axis: outputAxes[index]))
    }
    return results
  }

  /// A list of 0 (forward) and 1 (reverse), by default all forward.
  private static func flags(
    _ call: NodeCall, _ key: String, _ count: Int
  ) throws(OnnxError) -> [Bool] {
    let values = try call.node.ints(key) ?? [Int](repeating: 0, count: count)
    guard values.count == count, values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw call.error("attribute '\(key)' is \(values)")
    }
    return values.map { $0 == 1 }
  }
}

extension NDArray {
  /// The elements with index `i` along `axis`, without that axis.
  func slice(axis: Int, at i: Int) -> NDArray {
    var rest = shape
    var strides = NDShape.strides(shape)
    let start = i * strides[axis]
    rest.remove(at: axis)
    strides.remove(at: axis)
    return taking(NDShape.offsets(rest, strides: strides, start: start), shape: rest)
  }
}
