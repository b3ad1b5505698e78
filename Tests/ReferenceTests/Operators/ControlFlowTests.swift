import Onnx
import Reference
import Tensors
import Testing

/// If, Loop and Scan with the names around them, and sequences.
@Suite struct ControlFlowTests {
  static func info(_ names: String..., type: OnnxType? = nil) -> [OnnxValueInfo] {
    names.map { OnnxValueInfo(name: $0, type: type) }
  }

  static func node(
    _ opType: String, _ inputs: [String], _ output: String,
    _ attributes: [String: OnnxAttribute] = [:]
  ) -> OnnxNode {
    OnnxNode(
      name: "make \(output)", opType: opType, inputs: inputs, outputs: [output],
      attributes: attributes)
  }

  // MARK: If

  @Test(arguments: [(true, 11.0), (false, -1.0)])
  func ifSeesTheNamesAround(condition: Bool, want: Double) throws {
    // x1 is the model's second input; it is no input of the branches.
    let ten = OnnxTensor(shape: [], elements: .f32([10]))
    let then = OnnxGraph(
      nodes: [Self.node("Add", ["x1", "ten"], "y")], inputs: [], outputs: Self.info("y"),
      initializers: ["ten": ten])
    let otherwise = OnnxGraph(
      nodes: [Self.node("Neg", ["x1"], "y")], inputs: [], outputs: Self.info("y"))
    let outer = OnnxGraph(
      nodes: [
        OnnxNode(
          name: "choose", opType: "If", inputs: ["x0"], outputs: ["z"],
          attributes: ["then_branch": .graph(then), "else_branch": .graph(otherwise)])
      ], inputs: Self.info("x0", "x1"), outputs: Self.info("z"))
    let reference = try OnnxReference(
      OnnxModel(file: "if.onnx", opsets: ["": 17], graph: outer))
    let outputs = try reference.run([
      "x0": .tensor(.bool([condition], [])), "x1": .tensor(.f32([1], [])),
    ])
    #expect(outputs == ["z": .tensor(.f32([want], []))])
  }

  // MARK: Loop

  /// h' = h + i, scanning h; goes on while h' < limit (an initializer of 6).
  static let body = OnnxGraph(
    nodes: [
      node("Add", ["h", "i"], "next"), node("Less", ["next", "limit"], "on"),
      node("Identity", ["h"], "seen"),
    ], inputs: info("i", "go", "h"),
    outputs: info("on", "next") + info("seen", type: .tensor(.number(.i64), [])),
    initializers: ["limit": OnnxTensor.scalar(6)])

  static func loop(
    trips: Int64?, go: Bool?, h: Int64 = 1
  ) throws -> [NodeValue] {
    try OneNode.run(
      "Loop",
      [
        trips.map { .tensor(.i64([$0], [])) }, go.map { .tensor(.bool([$0], [])) },
        .tensor(.i64([h], [])),
      ], attributes: ["body": .graph(body)], outputs: 2)
  }

  @Test func loopsEndByCountOrCondition() throws {
    #expect(
      try Self.loop(trips: 3, go: nil) == [.tensor(.i64([4], [])), .tensor(.i64([1, 1, 2]))])
    #expect(
      try Self.loop(trips: nil, go: true)
        == [.tensor(.i64([7], [])), .tensor(.i64([1, 1, 2, 4]))])
  }

  @Test func aLoopThatNeverRuns() throws {
    for values in [try Self.loop(trips: 0, go: true), try Self.loop(trips: 9, go: false)] {
      #expect(values == [.tensor(.i64([1], [])), .tensor(.i64([]))])
    }
  }

  @Test func aLoopWithoutEndIsStopped() {
    let forever = OnnxGraph(
      nodes: [Self.node("Identity", ["go"], "on")], inputs: Self.info("i", "go", "h"),
      outputs: Self.info("on", "h"))
    var limits = EvaluationLimits()
    limits.nodes = 100
    #expect(
      OneNode.message(
        "Loop", [nil, .bool([true], []), .f32([1])], ["body": .graph(forever)], limits: limits)
        == "node 'make on' (Identity): more than 100 nodes have been evaluated")
  }

  @Test func aBodyThatDoesNotFit() {
    #expect(
      OneNode.message(
        "Loop", [.i64([1], []), nil, .i64([1], [])], ["body": .graph(Self.body)], outputs: 3)
        == "node 'node' (Loop): 'body' does not give a condition and the node's outputs")
    #expect(
      OneNode.message("If", [.f32([1])], ["then_branch": .graph(Self.body)])
        == "node 'node' (If, input 0 'cond'): is f32[1], not one bool")
    #expect(
      OneNode.message("If", [.bool([false])], ["then_branch": .graph(Self.body)])
        == "node 'node' (If): attribute 'else_branch' is missing")
  }

  // MARK: Scan

  /// s' = s + x, scanning s'.
  static let sum = OnnxGraph(
    nodes: [node("Add", ["s", "x"], "next"), node("Identity", ["next"], "seen")],
    inputs: info("s", "x"), outputs: info("next", "seen"))

  @Test func scans() throws {
    let x = NDArray.f32([1, 10, 2, 20, 4, 40], [3, 2])
    let attributes: [String: OnnxAttribute] = [
      "body": .graph(Self.sum), "num_scan_inputs": .int(1),
    ]
    func run(_ more: [String: OnnxAttribute]) throws -> [NodeValue] {
      try OneNode.run(
        "Scan", [.tensor(.f32([0, 0])), .tensor(x)], attributes: attributes.merging(more) { $1 },
        outputs: 2)
    }
    let forward = try run([:])
    #expect(forward[0] == .tensor(.f32([7, 70])))
    #expect(forward[1] == .tensor(.f32([1, 10, 3, 30, 7, 70], [3, 2])))
    let backward = try run(["scan_input_directions": .ints([1])])
    #expect(backward[1] == .tensor(.f32([4, 40, 6, 60, 7, 70], [3, 2])))
    let turned = try run(["scan_output_directions": .ints([1]), "scan_output_axes": .ints([-1])])
    #expect(turned[1] == .tensor(.f32([7, 3, 1, 70, 30, 10], [2, 3])))
  }

  @Test func scansOtherAxes() throws {
    let x = NDArray.f32([1, 2, 4, 10, 20, 40], [2, 3])
    let outputs = try OneNode.run(
      "Scan", [.tensor(.f32([0, 0])), .tensor(x)],
      attributes: [
        "body": .graph(Self.sum), "num_scan_inputs": .int(1), "scan_input_axes": .ints([1]),
      ], outputs: 2)
    #expect(outputs[0] == .tensor(.f32([7, 70])))
  }

  @Test func scansBatchesInOpsetEight() throws {
    let outputs = try OneNode.run(
      "Scan", [nil, .tensor(.f32([0, 0], [2, 1])), .tensor(.f32([1, 2, 10, 20], [2, 2, 1]))],
      attributes: ["body": .graph(Self.sum), "num_scan_inputs": .int(1)], outputs: 2, opset: 8)
    #expect(outputs[0] == .tensor(.f32([3, 30], [2, 1])))
    #expect(outputs[1] == .tensor(.f32([1, 3, 10, 30], [2, 2, 1])))
  }

  // MARK: Sequences

  static let parts: [NDArray] = [.i64([1, 2]), .i64([3]), .i64([4, 5])]

  static func one(
    _ opType: String, _ inputs: [NodeValue?], _ attributes: [String: OnnxAttribute] = [:]
  ) throws -> NodeValue {
    try OneNode.run(opType, inputs, attributes: attributes)[0]
  }

  @Test func sequences() throws {
    let sequence = NodeValue.sequence(Self.parts)
    #expect(try Self.one("SequenceConstruct", Self.parts.map { .tensor($0) }) == sequence)
    #expect(try Self.one("SequenceLength", [sequence]) == .tensor(.i64([3], [])))
    #expect(
      try Self.one("SequenceAt", [sequence, .tensor(.i64([-1], []))]) == .tensor(.i64([4, 5])))
    #expect(try Self.one("SequenceErase", [sequence]) == .sequence(Array(Self.parts[..<2])))
    #expect(
      try Self.one("SequenceInsert", [sequence, .tensor(.i64([9])), .tensor(.i64([0], []))])
        == .sequence([.i64([9])] + Self.parts))
    #expect(
      try Self.one("ConcatFromSequence", [sequence], ["axis": .int(0)])
        == .tensor(.i64([1, 2, 3, 4, 5])))
    #expect(try Self.one("SequenceEmpty", []) == .sequence([]))
  }

  @Test func splitsToSequences() throws {
    let x = NodeValue.tensor(.i64([1, 2, 3, 4, 5]))
    #expect(
      try Self.one("SplitToSequence", [x, .tensor(.i64([2], []))])
        == .sequence([.i64([1, 2]), .i64([3, 4]), .i64([5])]))
    #expect(
      try Self.one("SplitToSequence", [x, .tensor(.i64([2, 1, 2]))]) == .sequence(Self.parts))
    let rows = NodeValue.tensor(.i64([1, 2, 3, 4], [2, 2]))
    #expect(
      try Self.one("SplitToSequence", [rows], ["keepdims": .int(0)])
        == .sequence([.i64([1, 2]), .i64([3, 4])]))
    #expect(
      try Self.one(
        "ConcatFromSequence", [.sequence([.i64([1, 2]), .i64([3, 4])])],
        ["axis": .int(1), "new_axis": .int(1)]) == .tensor(.i64([1, 3, 2, 4], [2, 2])))
  }

  @Test func optionals() throws {
    let some = try Self.one("Optional", [.tensor(.i64([1]))])
    #expect(some == .optional(.tensor(.i64([1]))))
    #expect(try Self.one("OptionalHasElement", [some]) == .tensor(.bool([true], [])))
    #expect(try Self.one("OptionalGetElement", [some]) == .tensor(.i64([1])))
    #expect(try Self.one("OptionalHasElement", [.optional(nil)]) == .tensor(.bool([false], [])))
    #expect(throws: OnnxError.self) { try Self.one("OptionalGetElement", [.optional(nil)]) }
  }

  @Test func positionsOutside() {
    #expect(throws: OnnxError.self) {
      try Self.one("SequenceAt", [.sequence(Self.parts), .tensor(.i64([3], []))])
    }
    #expect(
      OneNode.message("SequenceAt", [.i64([1]), .i64([0], [])])
        == "node 'node' (SequenceAt, input 0 'input_sequence'): is a tensor, not a sequence")
  }
}
