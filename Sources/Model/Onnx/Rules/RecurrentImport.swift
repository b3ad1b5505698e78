import IR
import Onnx

/// RNN, GRU and LSTM nodes with constant weights.
enum RecurrentImport {
  static let rules: [String: ImportRule] = [
    "RNN": ImportRule(recurrent), "GRU": ImportRule(recurrent), "LSTM": ImportRule(recurrent),
  ]

  /// Gates in the file's order and in ours, and the functions that a node without any has.
  private struct Kind {
    let keyword: String
    let fileGates, gates, states, functions: [String]
  }

  private static func kind(_ opType: String) -> Kind {
    switch opType {
    case "RNN":
      Kind(keyword: "rnn", fileGates: ["h"], gates: ["h"], states: ["h"], functions: ["Tanh"])
    case "GRU":
      Kind(
        keyword: "gru", fileGates: ["z", "r", "n"], gates: ["r", "z", "n"], states: ["h"],
        functions: ["Sigmoid", "Tanh"])
    default:
      Kind(
        keyword: "lstm", fileGates: ["i", "o", "f", "g"], gates: ["i", "f", "g", "o"],
        states: ["h", "c"], functions: ["Sigmoid", "Tanh", "Tanh"])
    }
  }

  private static func recurrent(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    let kind = kind(node.opType)
    let (value, axis, source) = try builder.vector(node, 0)
    let isBatchFirst = try node.int("layout", default: 0) != 0
    let steps = isBatchFirst ? 1 : 0
    guard value.axes.count == 3, axis == 2, [.time, .unit].contains(value.axes[steps]),
      [.batch, .unit].contains(value.axes[1 - steps]), !value.isFinal
    else {
      throw OnnxError(
        node,
        "reads axes \(builder.axesText(value)), not "
          + (isBatchFirst ? "[batch, time, feature]" : "[time, batch, feature]"))
    }
    try refuseOptions(builder, node)
    let weights = try RecurrentWeights(builder, node, gates: kind.fileGates, inputs: value.width)
    var keys = [("hidden", "\(weights.hidden)")]
    keys += try RecurrentActivations.keys(node, kind.functions)
    let gates = try coupled(node) ? kind.gates.filter { $0 != "f" } : kind.gates
    if gates.count < kind.gates.count { keys.append(("coupled", "true")) }
    if weights.hasPeepholes { keys.append(("peepholes", "true")) }
    if let clip = try node.optionalFloat("clip") { keys.append(("clip", "\(clip)")) }
    if node.opType == "GRU" { keys += try resetKey(&builder, node) }
    let initial = try InitialStates(builder, node, kind.states, hidden: weights.hidden)
    if !initial.learned.isEmpty { keys.append(("initial", "learned")) }
    let layer = builder.layer(kind.keyword, for: node, from: [source], keys)
    var cell = weights.cell(gates)
    cell.initial = initial.learned.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    builder.addCell(layer, cell)
    initial.note(in: &builder, as: layer, hidden: weights.hidden)
    setOutputs(
      &builder, node, layer, value, weights.hidden, isBatchFirst: isBatchFirst, kind.states)
  }

  /// Whether the forget gate is what the input gate leaves.
  private static func coupled(_ node: OnnxNode) throws(OnnxError) -> Bool {
    guard node.opType == "LSTM" else { return false }
    return try node.int("input_forget", default: 0) != 0
  }

  /// What these layers cannot do yet.
  private static func refuseOptions(
    _ builder: ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    let direction = try node.string("direction", default: "forward")
    guard direction == "forward" else {
      throw OnnxError(node, "runs \(direction); layers of a description run forward")
    }
    if let name = node.input(4) {
      throw OnnxError(
        node, input: 4, "sequence_lens",
        "\(onnxQuoted(name)): sequences of several lengths are not imported")
    }
  }

  private static func resetKey(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) -> [(String, String)] {
    if try node.int("linear_before_reset", default: 0) != 0 { return [] }
    if builder.model.producerName == "pytorch" {
      builder.warnings.append(
        "node \(onnxQuoted(node.name)) (GRU): linear_before_reset=0 in a file by PyTorch, whose "
          + "GRU resets after the product: the file may be wrong")
    }
    return [("reset", "before")]
  }

  // MARK: Outputs

  private static func setOutputs(
    _ builder: inout ImportBuilder, _ node: OnnxNode, _ layer: String, _ input: StepValue,
    _ hidden: Int, isBatchFirst: Bool, _ states: [String]
  ) {
    let (steps, batch) =
      isBatchFirst ? (input.axes[1], input.axes[0]) : (input.axes[0], input.axes[1])
    let all =
      isBatchFirst ? [batch, steps, .unit, .feature(0)] : [steps, .unit, batch, .feature(0)]
    let final: [StepAxis] =
      isBatchFirst ? [batch, .unit, .feature(0)] : [.unit, batch, .feature(0)]
    func part(_ state: String, _ axes: [StepAxis]) -> ImportedModel.StatePart {
      ImportedModel.StatePart(
        layer: layer, letter: state, count: hidden, place: axes.map { _ in nil })
    }
    var output = StepValue(source: layer, width: hidden, axes: all)
    // The only step's result is the final state too.
    if steps == .unit { output.states = [part("h", all)] }
    builder.set(node, output)
    for (index, state) in states.enumerated() {
      var value = StepValue(source: index == 0 ? layer : nil, width: hidden, axes: final)
      value.states = [part(state, final)]
      value.isFinal = steps != .unit
      value.isSequence = false
      builder.set(node, value, output: index + 1)
    }
  }
}
