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
    keys += try activationKeys(node, kind)
    if let clip = try node.optionalFloat("clip") { keys.append(("clip", "\(clip)")) }
    if node.opType == "GRU" { keys += try resetKey(&builder, node) }
    let initial = try InitialStates(builder, node, kind.states, hidden: weights.hidden)
    if !initial.learned.isEmpty { keys.append(("initial", "learned")) }
    let layer = builder.layer(kind.keyword, for: node, from: [source], keys)
    weights.store(in: &builder, as: layer, gates: kind.gates)
    initial.store(in: &builder, as: layer)
    setOutputs(
      &builder, node, layer, value, weights.hidden, isBatchFirst: isBatchFirst, kind.states)
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
        "\(onnxQuoted(name)): sequences of several lengths are "
          + "not imported")
    }
    guard try node.int("input_forget", default: 0) == 0 else {
      throw OnnxError(node, "couples its input and forget gates, which is not imported")
    }
    if let name = node.input(7) {
      guard builder.constant(name)?.elements.asDoubles()?.allSatisfy({ $0 == 0 }) == true else {
        throw OnnxError(node, input: 7, "P", "has peepholes, which are not imported")
      }
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

  // MARK: Activations

  private static func activationKeys(
    _ node: OnnxNode, _ kind: Kind
  ) throws(OnnxError) -> [(String, String)] {
    let names = try node.strings("activations") ?? kind.functions
    guard names.count == kind.functions.count else {
      throw OnnxError(node, "has \(names.count) activations, not \(kind.functions.count)")
    }
    let alphas = try node.floats("activation_alpha") ?? []
    let betas = try node.floats("activation_beta") ?? []
    var functions: [Activation.Function] = []
    var (alpha, beta) = (alphas[...], betas[...])
    for name in names {
      let takes = parameters(of: name)
      let a = takes >= 1 ? alpha.popFirst() : nil
      let b = takes >= 2 ? beta.popFirst() : nil
      functions.append(try function(name, alpha: a, beta: b, node))
    }
    if node.opType == "LSTM", functions[1] != functions[2] {
      throw OnnxError(
        node, "has two activations, \(names[1]) and \(names[2]), where a cell has one")
    }
    let (main, gate) = node.opType == "RNN" ? (functions[0], nil) : (functions[1], functions[0])
    var keys: [(String, String)] = []
    if main != .tanh { keys.append(("activation", main.rawValue)) }
    if let gate, gate != .sigmoid { keys.append(("gate_activation", gate.rawValue)) }
    return keys
  }

  /// How many of alpha and beta a function takes.
  private static func parameters(of name: String) -> Int {
    switch name.lowercased() {
    case "affine", "scaledtanh", "hardsigmoid": 2
    case "leakyrelu", "thresholdedrelu", "elu": 1
    default: 0
    }
  }

  private static func function(
    _ name: String, alpha: Float?, beta: Float?, _ node: OnnxNode
  ) throws(OnnxError) -> Activation.Function {
    let function: Activation.Function? =
      switch name.lowercased() {
      case "tanh": .tanh
      case "sigmoid": .sigmoid
      case "relu": .relu
      case "softsign": .softsign
      case "softplus": .softplus
      case "leakyrelu": alpha ?? 0.01 == 0.01 ? .leakyRelu : nil
      case "elu": alpha ?? 1 == 1 ? .elu : nil
      case "affine": alpha ?? 1 == 1 && beta ?? 0 == 0 ? .linear : nil
      case "hardsigmoid":
        ActivationImport.hardSigmoid(alpha: alpha ?? 0.2, beta: beta ?? 0.5)
      default: nil
      }
    guard let function else {
      let parameters = [alpha, beta].compactMap { $0 }.map { "\($0)" }
      let suffix = parameters.isEmpty ? "" : " with \(parameters.joined(separator: " and "))"
      throw OnnxError(node, "has the activation \(onnxQuoted(name))\(suffix), which no cell has")
    }
    return function
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
      ImportedModel.StatePart(state: "\(layer).\(state)_l0", place: axes.map { _ in nil })
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
