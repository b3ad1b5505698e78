import Diagnostics

/// Where layers get their weights: a file, or a generator. Weights arrive in canonical form; nil
/// means that the provider has reported why not.
package protocol WeightProvider {
  var diagnostics: DiagnosticList { get }

  mutating func linear(
    _ layer: CheckedLayer, _ weight: StructureUse, hasBias: Bool
  ) -> (matrix: StructuredMatrix, bias: [Float]?)?
  /// `[size, layer.width]`, row-major.
  mutating func table(_ layer: CheckedLayer, size: Int) -> [Float]?
  /// `[layer.width]`.
  mutating func vector(_ vector: TensorNames.Vector, of layer: CheckedLayer) -> [Float]?
  /// Positions into the layer's input.
  mutating func permutation(_ tensor: Name, of layer: CheckedLayer) -> [Int]?
  mutating func sublayer(
    _ index: Int, of layer: CheckedLayer, _ form: RecurrentForm
  ) -> RecurrentLayer.Sublayer?
  /// Called after the last request for a layer.
  mutating func finish(_ layer: CheckedLayer)
}

/// Fills a checked graph with weights.
package enum GraphBinder {
  /// nil when the provider has reported an error for some layer; the others are still asked.
  package static func bind(
    _ graph: CheckedGraph, to weights: inout some WeightProvider
  ) -> ModelGraph? {
    var layers: [Layer] = []
    for layer in graph.layers where !weights.diagnostics.isFull {
      if let kind = kind(of: layer, &weights) {
        layers.append(
          Layer(name: layer.name.text, kind: kind, sources: layer.sources, width: layer.width))
      }
      weights.finish(layer)
    }
    guard layers.count == graph.layers.count, !weights.diagnostics.hasErrors else { return nil }
    return ModelGraph(
      name: graph.name, inputs: graph.inputs, layers: layers, outputs: graph.outputs,
      rate: graph.rate)
  }

  private static func kind(
    of layer: CheckedLayer, _ weights: inout some WeightProvider
  ) -> LayerKind? {
    switch layer.form {
    case .complete(let kind): return kind
    case .linear(let weight, let hasBias, let activation):
      guard let (matrix, bias) = weights.linear(layer, weight, hasBias: hasBias) else { return nil }
      return .linear(weight: matrix, bias: bias, activation: activation)
    case .embedding(let size):
      return weights.table(layer, size: size).map { .embedding(table: $0, size: size) }
    case .prelu: return weights.vector(.slope, of: layer).map { .prelu(slope: $0) }
    case .permute(let tensor):
      return weights.permutation(tensor, of: layer).map { .permute($0, shuffleGroups: nil) }
    case .layerNorm(let epsilon):
      let (scale, shift) = (weights.vector(.scale, of: layer), weights.vector(.shift, of: layer))
      guard let scale, let shift else { return nil }
      return .layerNorm(weight: scale, bias: shift, epsilon: epsilon)
    case .batchNorm(let epsilon): return batchNorm(layer, epsilon, &weights)
    case .recurrent(let form): return recurrent(layer, form, &weights)
    }
  }

  private static func batchNorm(
    _ layer: CheckedLayer, _ epsilon: Float, _ weights: inout some WeightProvider
  ) -> LayerKind? {
    let (scale, shift) = (weights.vector(.scale, of: layer), weights.vector(.shift, of: layer))
    let mean = weights.vector(.mean, of: layer)
    let variance = weights.vector(.variance, of: layer)
    guard let scale, let shift, let mean, let variance else { return nil }
    return .batchNorm(
      mean: mean, variance: variance, weight: scale, bias: shift, epsilon: epsilon)
  }

  /// Stops at the first broken sublayer: the others would say the same.
  private static func recurrent(
    _ layer: CheckedLayer, _ form: RecurrentForm, _ weights: inout some WeightProvider
  ) -> LayerKind? {
    var sublayers: [RecurrentLayer.Sublayer] = []
    for index in 0..<form.sublayers {
      guard let sublayer = weights.sublayer(index, of: layer, form) else { return nil }
      sublayers.append(sublayer)
    }
    return .recurrent(
      RecurrentLayer(cell: form.cell, hidden: form.hidden, sublayers: sublayers))
  }
}

extension RecurrentForm {
  /// Sublayers above the first read the one below.
  func inputWidth(ofSublayer index: Int, in layer: CheckedLayer) -> Int {
    index == 0 ? layer.inputWidth : hidden
  }
}
