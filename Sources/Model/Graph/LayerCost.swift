import IR
import Tensors

/// What one layer (or one sublayer of a stack) costs per step, counted from its shapes alone.
///
/// `parameters` are all trained numbers: matrices, biases, scales, learned initial states. Products
/// with matrices and a cell's own vectors make up `macsPerStep` and `weightBytes` (matrices in the
/// type that they are compiled to, all else in f32); elementwise work is left out (SYSTEMS section 1). An embedding's table counts as
/// a matrix that is stored but never multiplied: all its bytes, no MACs. The dense twin has the
/// same widths and every matrix dense.
package struct LayerCost: Sendable, Equatable {
  /// The layer's name; `name_l{k}` in a stack.
  package var layer: String
  /// The keyword in descriptions.
  package var kind: String
  /// `input=dense;recurrent=block_diagonal(8)`; empty without matrices.
  package var structure: String
  /// Elements per step.
  package var inputs: Int
  package var outputs: Int
  package var parameters: Int
  package var macsPerStep: Int
  package var weightBytes: Int
  package var stateBytes: Int
  package var denseParameters: Int
  package var denseMacsPerStep: Int
  package var denseWeightBytes: Int

  private init(
    layer: String, kind: String, inputs: Int, outputs: Int, count: WeightCount,
    weights: ElementType
  ) {
    self.layer = layer
    self.kind = kind
    self.inputs = inputs
    self.outputs = outputs
    structure = count.structures.joined(separator: ";")
    parameters = count.matrices + count.tables + count.vectors + count.others
    macsPerStep = count.products + count.vectors
    weightBytes = weights.byteCount * count.matrices + 4 * (count.tables + count.vectors)
    stateBytes = 4 * count.states
    denseParameters = parameters - count.matrices + count.denseMatrices
    denseMacsPerStep = count.denseMatrices + count.vectors
    denseWeightBytes =
      weights.byteCount * count.denseMatrices + 4 * (count.tables + count.vectors)
  }

  /// Every layer and sublayer, in the graph's order.
  package static func costs(of graph: ModelGraph, weights: ElementType = .f32) -> [LayerCost] {
    graph.layers.flatMap { layer -> [LayerCost] in
      let inputs = layer.sources.reduce(0) { $0 + graph.width(of: $1) }
      guard case .recurrent(let recurrent) = layer.kind else {
        return [cost(of: layer, inputs: inputs, weights)]
      }
      return costs(of: recurrent, named: layer.name, weights)
    }
  }

  /// The sums over `costs`, under the name `total`.
  package static func total(of costs: [LayerCost], in graph: ModelGraph) -> LayerCost {
    var total = LayerCost(
      layer: "total", kind: "total", inputs: graph.inputs.reduce(0) { $0 + $1.width },
      outputs: graph.outputs.reduce(0) { $0 + $1.width }, count: WeightCount(), weights: .f32)
    for cost in costs {
      total.parameters += cost.parameters
      total.macsPerStep += cost.macsPerStep
      total.weightBytes += cost.weightBytes
      total.stateBytes += cost.stateBytes
      total.denseParameters += cost.denseParameters
      total.denseMacsPerStep += cost.denseMacsPerStep
      total.denseWeightBytes += cost.denseWeightBytes
    }
    return total
  }

  private static func cost(
    of layer: Layer, inputs: Int, _ weights: ElementType
  ) -> LayerCost {
    var count = WeightCount()
    switch layer.kind {
    case .linear(let weight, let bias, _):
      count.add([weight])
      count.structures = ["weight=\(weight.structure.kind.description)"]
      count.others = bias?.count ?? 0
    case .embedding(let table, _): count.tables = table.count
    case .prelu(let slope): count.others = slope.count
    case .layerNorm(let weight, let bias, _): count.others = weight.count + bias.count
    // Mean and variance are statistics, not parameters.
    case .batchNorm(_, _, let weight, let bias, _): count.others = weight.count + bias.count
    case .frame(let size): count.states = size - inputs
    case .delay(let steps): count.states = steps * inputs
    default: break
    }
    return LayerCost(
      layer: layer.name, kind: layer.kind.keyword, inputs: inputs, outputs: layer.width,
      count: count, weights: weights)
  }

  private static func costs(
    of layer: RecurrentLayer, named name: String, _ weights: ElementType
  ) -> [LayerCost] {
    layer.sublayers.enumerated().map { index, sublayer in
      var count = WeightCount()
      count.add(sublayer.input.values)
      count.add(sublayer.recurrent.values)
      count.structures = [
        "input=\(sublayer.inputStructure.kind.description)",
        "recurrent=\(sublayer.recurrentStructure.kind.description)",
      ]
      count.vectors = sublayer.vectors.values.reduce(0) { $0 + $1.count }
      count.others = [sublayer.inputBias, sublayer.recurrentBias, sublayer.initial]
        .reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
      count.states = layer.cell.states.count * layer.hidden
      return LayerCost(
        layer: layer.sublayers.count == 1 ? name : "\(name)_l\(index)",
        kind: Swift.type(of: layer.cell).keyword, inputs: sublayer.inputWidth,
        outputs: layer.hidden, count: count, weights: weights)
    }
  }
}

/// Numbers of one layer by what they cost.
private struct WeightCount {
  /// Multiply-accumulates with matrices.
  var products = 0
  /// Stored numbers of matrices, and what they would be when dense.
  var matrices = 0
  var denseMatrices = 0
  var structures: [String] = []
  /// Looked up, not multiplied.
  var tables = 0
  /// One product each.
  var vectors = 0
  /// Added, or not part of a product.
  var others = 0
  var states = 0

  mutating func add(_ new: some Sequence<StructuredMatrix>) {
    for matrix in new {
      products += matrix.structure.kind.multiplyAccumulates(
        rows: matrix.rows, columns: matrix.columns)
      matrices += matrix.stored.count
      denseMatrices += matrix.rows * matrix.columns
    }
  }
}

extension LayerKind {
  /// The word in descriptions.
  package var keyword: String {
    switch self {
    case .linear: PlainLayer.linear.rawValue
    case .embedding: PlainLayer.embedding.rawValue
    case .oneHot: PlainLayer.oneHot.rawValue
    case .recurrent(let layer): Swift.type(of: layer.cell).keyword
    case .activation, .prelu: PlainLayer.activation.rawValue
    case .permute(_, let groups): (groups == nil ? PlainLayer.permute : .shuffle).rawValue
    case .add: PlainLayer.add.rawValue
    case .multiply: PlainLayer.multiply.rawValue
    case .concat: PlainLayer.concat.rawValue
    case .slice: PlainLayer.slice.rawValue
    case .scale: PlainLayer.scale.rawValue
    case .frame: PlainLayer.frame.rawValue
    case .delay: PlainLayer.delay.rawValue
    case .softmax: PlainLayer.softmax.rawValue
    case .logSoftmax: PlainLayer.logSoftmax.rawValue
    case .dropout: PlainLayer.dropout.rawValue
    case .layerNorm: PlainLayer.layerNorm.rawValue
    case .batchNorm: PlainLayer.batchNorm.rawValue
    }
  }
}
