import Model

/// A model evaluated in `Double`, step by step, layer by layer, from the papers' equations with
/// densified matrices: slow, obvious, and apart from everything that it judges.
package struct ReferenceModel: Sendable {
  package let graph: ModelGraph
  private var layers: [ReferenceLayer]

  /// - Throws: when a cell has no reference.
  package init(_ graph: ModelGraph) throws(ReferenceError) {
    self.graph = graph
    layers = []
    for layer in graph.layers {
      layers.append(try ReferenceLayer(layer, inputWidth: graph.width(of: layer.sources[0])))
    }
  }

  /// One step: inputs in the graph's order, `[width]` each; outputs likewise.
  /// - Throws: when an index is out of range or a width is wrong.
  package mutating func step(_ inputs: [[Double]]) throws(ReferenceError) -> [[Double]] {
    guard inputs.map(\.count) == graph.inputs.map(\.width) else {
      throw ReferenceError("a step takes \(graph.inputs.map(\.width)) elements")
    }
    var values: [[Double]] = []
    func value(_ source: Source) -> [Double] {
      switch source {
      case .input(let i): inputs[i]
      case .layer(let i): values[i]
      }
    }
    for i in layers.indices {
      values.append(try layers[i].step(graph.layers[i].sources.map(value)))
    }
    return graph.outputs.map { value($0.source) }
  }

  /// `steps` steps: flat rows `[steps, width]` by input name give flat rows by output name. The
  /// state stays as the last step leaves it.
  package mutating func run(
    _ inputs: [String: [Double]], steps: Int
  ) throws(ReferenceError) -> [String: [Double]] {
    for input in graph.inputs where inputs[input.name]?.count != steps * input.width {
      throw ReferenceError("'\(input.name)' must hold \(steps) x \(input.width) elements")
    }
    var outputs = Dictionary(uniqueKeysWithValues: graph.outputs.map { ($0.name, [Double]()) })
    for t in 0..<steps {
      let row = graph.inputs.map { Array(inputs[$0.name]![t * $0.width..<(t + 1) * $0.width]) }
      for (output, value) in zip(graph.outputs, try step(row)) {
        outputs[output.name]!.append(contentsOf: value)
      }
    }
    return outputs
  }

  /// Back to the initial states.
  package mutating func reset() {
    for i in layers.indices { layers[i].reset() }
  }

  /// Every state by its name in state files, in the order of the layers. A frame's or delay's
  /// `history` holds its samples oldest first.
  package var states: [(name: String, value: [Double])] { layers.flatMap(\.states) }

  /// - Throws: when there is no such state or its width is another.
  package mutating func setState(_ name: String, to value: [Double]) throws(ReferenceError) {
    guard states.contains(where: { $0.name == name && $0.value.count == value.count }) else {
      throw ReferenceError("there is no state '\(name)' of \(value.count) elements")
    }
    for i in layers.indices where layers[i].setState(name, to: value) { return }
  }
}
