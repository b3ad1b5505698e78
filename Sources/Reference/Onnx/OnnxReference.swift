import Onnx

/// Evaluates ONNX graphs slowly and obviously: the oracle for imports and for compiled kernels.
///
/// Written from the operator specification, node by node; see `NDArray` for its arithmetic. An
/// operator, attribute or form that it does not know is refused with the node's name when the
/// evaluator is made, never guessed.
package struct OnnxReference: Sendable {
  package let model: OnnxModel
  package var limits = EvaluationLimits()
  private let prepared: PreparedGraph

  /// Throws where a node is not among the supported ones.
  package init(_ model: OnnxModel) throws(OnnxError) {
    self.model = model
    prepared = try PreparedGraph(model.graph, opset: model.opset)
  }

  /// The graph's outputs from its inputs, by name.
  package func run(
    _ inputs: [String: NodeValue]
  ) throws(OnnxError) -> [String: NodeValue] {
    try checkNames(inputs)
    var sizes: [String: Int] = [:]
    for input in model.graph.inputs {
      guard let value = inputs[input.name] else {
        throw OnnxError(at: .value(input.name), "this input of the graph is missing")
      }
      try InputCheck.check(value, input, sizes: &sizes)
    }
    let evaluation = Evaluation(opset: model.opset, limits: limits)
    let values = try evaluation.run(prepared, outer: nil, inputs: inputs)
    let names = model.graph.outputs.map(\.name)
    return Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
  }

  /// The same for graphs whose inputs and outputs are all tensors.
  package func run(
    tensors: [String: OnnxTensor]
  ) throws(OnnxError) -> [String: OnnxTensor] {
    var result: [String: OnnxTensor] = [:]
    for (name, value) in try run(tensors.mapValues { .tensor(NDArray($0)) }) {
      guard let array = value.tensor else {
        throw OnnxError(at: .value(name), "this output is \(value.kind), not a tensor")
      }
      result[name] = array.tensor
    }
    return result
  }

  private func checkNames(_ inputs: [String: NodeValue]) throws(OnnxError) {
    let known = (model.graph.inputs + model.graph.defaultedInputs).map(\.name)
    for name in inputs.keys.sorted() where !known.contains(name) {
      throw OnnxError(
        at: .value(name), "is not an input of the graph",
        help: ["its inputs are \(known.map(onnxQuoted).joined(separator: ", "))"])
    }
  }
}

/// Compares what a caller gives with what the graph declares.
enum InputCheck {
  /// `sizes` holds the symbolic sizes met so far.
  static func check(
    _ value: NodeValue, _ input: OnnxValueInfo, sizes: inout [String: Int]
  ) throws(OnnxError) {
    guard case .tensor(let type, let shape)? = input.type, let array = value.tensor else { return }
    guard array.type == type else {
      throw OnnxError(at: .value(input.name), "is \(array.text), not \(type.text)")
    }
    guard let shape else { return }
    var fits = shape.count == array.rank
    for (dimension, size) in zip(shape, array.shape) {
      switch dimension {
      case .known(let known): fits = fits && known == size
      case .symbolic(let name): fits = fits && sizes[name, default: size] == size
      case .unknown: break
      }
      if case .symbolic(let name) = dimension { sizes[name] = size }
    }
    guard fits else {
      throw OnnxError(at: .value(input.name), "is \(array.text), not \(input.type!.text)")
    }
  }
}
