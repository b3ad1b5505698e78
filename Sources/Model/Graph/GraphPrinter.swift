import IR

/// A checked graph as text, one line per layer in the order in which they run. The weights' values
/// are left out.
///
///     graph "kws" rate 100.0
///     input "frame" f32[40]
///
///     project = linear(frame) : 40 -> 256, weight dense, bias
///     rnn = lstm(project) : 256 -> 256
///       l0: input dense [256, 256], recurrent block_diagonal(8) [256, 256], biases 4 + 4
///     prob = softmax(rnn) : 256 -> 256
///
///     output "prob" = prob : 256
package struct GraphPrinter {
  private let graph: ModelGraph

  package init(_ graph: ModelGraph) { self.graph = graph }

  /// Ends with a newline.
  package var text: String {
    let rate = graph.rate.map { " rate \($0)" } ?? ""
    let inputs = graph.inputs.map { "input \"\($0.name)\" \($0.element.rawValue)\($0.shape)" }
    let outputs = graph.outputs.map { output in
      let labels = output.labels.isEmpty ? "" : ", \(output.labels.count) labels"
      return "output \"\(output.name)\" = \(name(output.source)) : \(output.width)\(labels)"
    }
    return """
      graph "\(graph.name)"\(rate)
      \(inputs.joined(separator: "\n"))

      \(graph.layers.flatMap(lines).joined(separator: "\n"))

      \(outputs.joined(separator: "\n"))

      """
  }

  private func lines(_ layer: Layer) -> [String] {
    let sources = layer.sources.map(name).joined(separator: ", ")
    let widths = layer.sources.map { String(graph.width(of: $0)) }.joined(separator: " + ")
    let details = ([""] + layer.kind.details).joined(separator: ", ")
    let head =
      "\(layer.name) = \(layer.kind.keyword)(\(sources)) : \(widths) -> \(layer.width)\(details)"
    guard case .recurrent(let recurrent) = layer.kind else { return [head] }
    return [head] + recurrent.sublayers.enumerated().map { "  l\($0): \($1.summary)" }
  }

  private func name(_ source: Source) -> String {
    switch source {
    case .input(let i): graph.inputs[i].name
    case .layer(let i): graph.layers[i].name
    }
  }
}

extension LayerKind {
  fileprivate var details: [String] {
    switch self {
    case .linear(let weight, let bias, let activation):
      ["weight \(weight.structure.kind.description)", bias == nil ? "no bias" : "bias"]
        + (activation.function == .linear ? [] : [activation.text])
    case .embedding(_, let size), .oneHot(let size): ["\(size) rows"]
    case .activation(let activation): [activation.text]
    case .permute(_, let groups): groups.map { ["\($0) groups"] } ?? []
    case .slice(let start, let end): ["\(start)..<\(end)"]
    case .scale(let by, let offset): ["by \(by)", "offset \(offset)"]
    case .frame(let size): ["size \(size)"]
    case .delay(let steps): ["\(steps) steps"]
    case .layerNorm(_, _, let epsilon), .batchNorm(_, _, _, _, let epsilon): ["eps \(epsilon)"]
    case .recurrent, .prelu, .add, .multiply, .concat, .softmax, .logSoftmax, .dropout: []
    }
  }
}

extension Activation {
  /// `tanh`, `log floor 0.001`.
  fileprivate var text: String {
    function.parameter.map { "\(function.rawValue) \($0.key) \(parameter)" } ?? function.rawValue
  }
}

extension RecurrentLayer.Sublayer {
  fileprivate var summary: String {
    let hidden = recurrent.values.first?.rows ?? 0
    let parts = [
      "input \(inputStructure.kind.description) [\(hidden), \(inputWidth)]",
      "recurrent \(recurrentStructure.kind.description) [\(hidden), \(hidden)]",
      "biases \(inputBias.count) + \(recurrentBias.count)",
    ]
    let learned = initial.keys.sorted().map { "initial \($0) learned" }
    return (parts + vectors.keys.sorted().map { "vector \($0)" } + learned).joined(separator: ", ")
  }
}
