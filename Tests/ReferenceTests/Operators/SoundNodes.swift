import Onnx
import Reference
import Tensors

/// Sound nodes of the operators whose inputs must fit each other, from which hostile ones are made.
enum SoundNodes {
  struct Node: Sendable {
    var inputs: [NodeValue?]
    var attributes: [String: OnnxAttribute] = [:]
    var outputs = 1
  }

  static let all: [String: Node] = [
    "AveragePool": Node(
      inputs: [ones([1, 2, 4, 5])],
      attributes: ["kernel_shape": .ints([2, 3]), "pads": .ints([1, 0, 0, 1])]),
    "BatchNormalization": Node(inputs: [
      ones([2, 3, 4]), ones([3]), ones([3]), ones([3]), ones([3]),
    ]),
    "CumSum": Node(inputs: [ones([2, 3]), .tensor(.i64([1], []))]),
    "ConcatFromSequence": Node(
      inputs: [.sequence([array([2, 3]), array([2, 3])])], attributes: ["axis": .int(1)]),
    "Conv": Node(
      inputs: [ones([2, 4, 5, 3]), ones([6, 2, 3, 2]), ones([6])],
      attributes: [
        "group": .int(2), "pads": .ints([1, 0, 2, 1]), "strides": .ints([2, 1]),
        "dilations": .ints([1, 2]),
      ]),
    "ConvTranspose": Node(
      inputs: [ones([2, 4, 5, 3]), ones([4, 3, 3, 2]), ones([6])],
      attributes: ["group": .int(2), "pads": .ints([1, 0, 2, 1]), "strides": .ints([2, 1])]),
    "DepthToSpace": Node(inputs: [ones([1, 8, 2, 1])], attributes: ["blocksize": .int(2)]),
    "Gemm": Node(inputs: [ones([2, 3]), ones([3, 2]), ones([2])]),
    "GRU": recurrent(gates: 3, more: 0),
    "GroupNormalization": Node(
      inputs: [ones([2, 4, 3]), ones([4]), ones([4])], attributes: ["num_groups": .int(2)]),
    "If": Node(
      inputs: [.tensor(.bool([true], []))],
      attributes: ["then_branch": .graph(branch), "else_branch": .graph(branch)]),
    "InstanceNormalization": Node(inputs: [ones([2, 4, 3]), ones([4]), ones([4])]),
    "LSTM": recurrent(gates: 4, more: 1),
    "Loop": Node(
      inputs: [.tensor(.i64([3], [])), .tensor(.bool([true], [])), ones([2])],
      attributes: ["body": .graph(loopBody)], outputs: 2),
    "MaxPool": Node(
      inputs: [ones([1, 2, 4, 5])],
      attributes: ["kernel_shape": .ints([2, 3]), "strides": .ints([2, 1])]),
    "Pad": Node(
      inputs: [ones([2, 3]), .tensor(.i64([0, 1, 1, 2])), .tensor(.f32([7], []))],
      attributes: ["mode": .string("constant")]),
    "QLinearMatMul": Node(
      inputs: [
        bytes([2, 3]), ones([]), bytes([]), bytes([3, 2]), ones([2]), bytes([2]), ones([]),
        bytes([]),
      ]),
    "QuantizeLinear": Node(
      inputs: [ones([2, 3]), ones([3]), bytes([3])], attributes: ["axis": .int(-1)]),
    "RNN": recurrent(gates: 1, more: 0),
    "Scan": Node(
      inputs: [ones([2]), ones([3, 2])],
      attributes: ["body": .graph(scanBody), "num_scan_inputs": .int(1)], outputs: 2),
    "ScatterElements": Node(
      inputs: [ones([3, 2]), .tensor(.i64([1, -1], [1, 2])), ones([1, 2])]),
    "ScatterND": Node(inputs: [ones([4, 2]), .tensor(.i64([1, 3], [2, 1])), ones([2, 2])]),
    "SequenceAt": Node(
      inputs: [.sequence([array([2, 3]), array([1])]), .tensor(.i64([-1], []))]),
    "SequenceErase": Node(
      inputs: [.sequence([array([2, 3]), array([1])]), .tensor(.i64([0], []))]),
    "SequenceInsert": Node(
      inputs: [.sequence([array([2, 3])]), ones([1]), .tensor(.i64([0], []))]),
    "SpaceToDepth": Node(inputs: [ones([1, 2, 4, 2])], attributes: ["blocksize": .int(2)]),
    "TopK": Node(inputs: [ones([2, 3]), .tensor(.i64([2]))], outputs: 2),
    "Tile": Node(inputs: [ones([2, 1]), .tensor(.i64([1, 3]))]),
  ]

  private static func array(_ shape: [Int]) -> NDArray {
    .f32((0..<shape.reduce(1, *)).map { Double($0 % 5) / 4 }, shape)
  }

  private static func ones(_ shape: [Int]) -> NodeValue { .tensor(array(shape)) }

  private static func bytes(_ shape: [Int]) -> NodeValue {
    let count = shape.reduce(1, *)
    return .tensor(.of(.u8, (0..<count).map { Int64($0) }, shape))
  }

  /// Bidirectional, with lengths and initial states; an LSTM has one more of these, and peepholes.
  private static func recurrent(gates: Int, more: Int) -> Node {
    let (steps, batch, width, hidden) = (3, 2, 2, 2)
    var inputs: [NodeValue?] = [
      ones([steps, batch, width]), ones([2, gates * hidden, width]),
      ones([2, gates * hidden, hidden]), ones([2, 2 * gates * hidden]),
      .tensor(.of(.i32, [3, 1])), ones([2, batch, hidden]),
    ]
    if more > 0 { inputs += [ones([2, batch, hidden]), ones([2, 3 * hidden])] }
    return Node(
      inputs: inputs,
      attributes: ["direction": .string("bidirectional"), "hidden_size": .int(Int64(hidden))],
      outputs: 2 + more)
  }

  private static func info(_ names: String...) -> [OnnxValueInfo] {
    names.map { OnnxValueInfo(name: $0, type: .tensor(.number(.f32), [.known(2)])) }
  }

  private static func node(_ opType: String, _ input: String, _ output: String) -> OnnxNode {
    OnnxNode(name: output, opType: opType, inputs: [input], outputs: [output])
  }

  private static let branch = OnnxGraph(
    nodes: [node("Not", "x0", "b0")], inputs: [], outputs: info("b0"))

  private static let loopBody = OnnxGraph(
    nodes: [node("Identity", "go", "on"), node("Neg", "h", "h1"), node("Exp", "h", "y")],
    inputs: info("i", "go", "h"), outputs: info("on", "h1", "y"))

  private static let scanBody = OnnxGraph(
    nodes: [node("Exp", "x", "h1"), node("Neg", "h", "y")], inputs: info("h", "x"),
    outputs: info("h1", "y"))
}
