import Diagnostics
import IR
import Tensors

/// `weights: {init: uniform, seed: N}`: made-up weights for cost studies before training.
///
/// Matrices and biases are U(-1/sqrt(n), 1/sqrt(n)) with n the hidden width of a recurrent layer
/// and the input width of any other; norms change nothing; slopes of `prelu` are 0.25. One
/// generator serves all layers in their order, so a seed names the whole model.
package struct UniformWeights: WeightProvider {
  package private(set) var diagnostics = DiagnosticList()
  private var random: SeededRandom

  package init(seed: UInt64) { random = SeededRandom(seed: seed) }

  private mutating func values(_ count: Int, fanIn: Int) -> [Float] {
    let bound = 1 / Float(fanIn).squareRoot()
    return (0..<count).map { _ in random.uniform(bound) }
  }

  private mutating func matrix(
    _ structure: MatrixStructure, rows: Int, columns: Int, fanIn: Int
  ) -> StructuredMatrix {
    let count = structure.kind.storedCount(rows: rows, columns: columns)
    return StructuredMatrix(
      structure: structure, rows: rows, columns: columns, stored: values(count, fanIn: fanIn))
  }

  package mutating func linear(
    _ layer: CheckedLayer, _ weight: StructureUse, hasBias: Bool
  ) -> (matrix: StructuredMatrix, bias: [Float]?)? {
    let fanIn = layer.inputWidth
    let matrix = matrix(weight.structure, rows: layer.width, columns: fanIn, fanIn: fanIn)
    return (matrix, hasBias ? values(layer.width, fanIn: fanIn) : nil)
  }

  package mutating func table(_ layer: CheckedLayer, size: Int) -> [Float]? {
    values(size * layer.width, fanIn: layer.width)
  }

  package mutating func vector(
    _ vector: TensorNames.Vector, of layer: CheckedLayer
  ) -> [Float]? {
    let value: Float =
      switch vector {
      case .bias, .shift, .mean: 0
      case .scale, .variance: 1
      case .slope: 0.25
      }
    return [Float](repeating: value, count: layer.width)
  }

  package mutating func permutation(_ tensor: Name, of layer: CheckedLayer) -> [Int]? {
    diagnostics.append(
      .error(
        tensor.span,
        "\(layer.name.text): the tensor \(quoted(tensor.text)) needs a weights file, and the "
          + "weights are made up", help: ["write the permutation as a list"]))
    return nil
  }

  package mutating func sublayer(
    _ index: Int, of layer: CheckedLayer, _ form: RecurrentForm
  ) -> RecurrentLayer.Sublayer? {
    let n = form.hidden
    let width = form.inputWidth(ofSublayer: index, in: layer)
    var sublayer = RecurrentLayer.Sublayer(
      inputWidth: width, inputStructure: form.input.structure,
      recurrentStructure: form.recurrent.structure, input: [:], recurrent: [:])
    for gate in form.cell.gates {
      sublayer.input[gate] = matrix(form.input.structure, rows: n, columns: width, fanIn: n)
      sublayer.recurrent[gate] = matrix(form.recurrent.structure, rows: n, columns: n, fanIn: n)
      sublayer.inputBias[gate] = values(n, fanIn: n)
      sublayer.recurrentBias[gate] = values(n, fanIn: n)
    }
    for name in form.cell.vectors { sublayer.vectors[name] = values(n, fanIn: n) }
    if form.learnsInitial {
      for state in form.cell.states { sublayer.initial[state] = values(n, fanIn: n) }
    }
    return sublayer
  }

  package mutating func finish(_ layer: CheckedLayer) {}

  /// Why these weights would not fit the limit, or nil.
  package static func fault(of graph: CheckedGraph) -> Diagnostic? {
    var total = 0
    for layer in graph.layers {
      let (sum, overflow) = total.addingReportingOverflow(layer.matrixElements)
      total = sum
      guard overflow || total > ModelLimits.initialisedWeights else { continue }
      return .error(
        layer.name.span,
        "\(layer.name.text): more than \(ModelLimits.initialisedWeights) weights to make up",
        help: ["use smaller dimensions, or store the weights in a file"])
    }
    return nil
  }
}

extension CheckedLayer {
  /// Numbers stored for the layer's matrices.
  var matrixElements: Int {
    switch form {
    case .linear(let weight, _, _):
      return weight.structure.kind.storedCount(rows: width, columns: inputWidth)
    case .embedding(let size): return size * width
    case .recurrent(let form):
      let n = form.hidden
      let recurrent = form.recurrent.structure.kind.storedCount(rows: n, columns: n)
      let perSublayer = (0..<min(2, form.sublayers)).map { index in
        let width = form.inputWidth(ofSublayer: index, in: self)
        return form.cell.gates.count
          * (form.input.structure.kind.storedCount(rows: n, columns: width) + recurrent)
      }
      return perSublayer[0] + (perSublayer.last ?? 0) * (form.sublayers - 1)
    default: return 0
    }
  }
}
