import Diagnostics
import IR

/// Recurrent layers: the gates of a file to the gates of the cell, for every layout.
extension FileWeights {
  package mutating func sublayer(
    _ index: Int, of layer: CheckedLayer, _ form: RecurrentForm
  ) -> RecurrentLayer.Sublayer? {
    let width = form.inputWidth(ofSublayer: index, in: layer)
    let reader = SublayerReader(
      index: index, layer: layer, form: form, inputWidth: width,
      gates: form.cell.gateOrder(in: layout))
    let input = matrices(.input, reader)
    let recurrent = matrices(.recurrent, reader)
    // Where a matrix is missing, one bias without the other says nothing new.
    let biases = input == nil || recurrent == nil ? nil : biases(reader)
    let vectors = cellVectors(reader)
    let initial = initialStates(reader)
    guard let input, let recurrent, let biases, let vectors, let initial else { return nil }
    return RecurrentLayer.Sublayer(
      inputWidth: width, inputStructure: form.input.structure,
      recurrentStructure: form.recurrent.structure, input: input, recurrent: recurrent,
      inputBias: biases.input, recurrentBias: biases.recurrent, vectors: vectors, initial: initial)
  }

  /// What every part of one sublayer needs to know.
  struct SublayerReader {
    var index: Int
    var layer: CheckedLayer
    var form: RecurrentForm
    var inputWidth: Int
    /// In the file's order.
    var gates: [String]

    func use(_ side: TensorNames.Side) -> StructureUse {
      side == .input ? form.input : form.recurrent
    }

    func columns(_ side: TensorNames.Side) -> Int { side == .input ? inputWidth : form.hidden }

    /// Splits `[gates * hidden]` by gate.
    func vectors(_ stacked: some RandomAccessCollection<Float>) -> [String: [Float]] {
      let n = form.hidden
      let pairs = gates.enumerated().map { index, gate in
        (gate, Array(stacked.dropFirst(index * n).prefix(n)))
      }
      return Dictionary(uniqueKeysWithValues: pairs)
    }
  }

  private mutating func matrices(
    _ side: TensorNames.Side, _ reader: SublayerReader
  ) -> [String: StructuredMatrix]? {
    let use = reader.use(side)
    if use.blocksFrom != nil { return moduleMatrices(side, reader) }
    let (k, sublayers) = (reader.index, reader.form.sublayers)
    let names = MatrixNames(
      dense: tensorNames.matrix(side, sublayer: k, of: sublayers),
      packed: tensorNames.packed(side, sublayer: k, of: sublayers),
      isTransposed: layout == .keras, hasDirectionAxis: layout == .onnx)
    let shape = MatrixShape(
      gates: reader.gates.count, rows: reader.form.hidden, columns: reader.columns(side))
    let matrices = matrices(use, shape, of: reader.layer, names: names)
    return matrices.map { Dictionary(uniqueKeysWithValues: zip(reader.gates, $0)) }
  }

  // MARK: Biases

  typealias Biases = (input: [String: [Float]], recurrent: [String: [Float]])

  private mutating func biases(_ reader: SublayerReader) -> Biases? {
    let count = reader.gates.count * reader.form.hidden
    switch layout {
    case .pytorch, .native: return pairedBiases(reader, count)
    case .keras:
      let rows = reader.form.cell.kerasBiasRows
      return jointBiases(reader, shape: rows == 2 ? [2, count] : [count])
    case .onnx: return jointBiases(reader, shape: [1, 2 * count])
    }
  }

  /// One tensor per side; both may be absent.
  private mutating func pairedBiases(_ reader: SublayerReader, _ count: Int) -> Biases? {
    let input = bias(.input, reader, count)
    let recurrent = bias(.recurrent, reader, count)
    guard let input, let recurrent else { return nil }
    guard input.isEmpty == recurrent.isEmpty else {
      let names = [TensorNames.Side.input, .recurrent].map {
        biasNames($0, reader)[0]
      }
      let (there, gone) = input.isEmpty ? (names[1], names[0]) : (names[0], names[1])
      report(
        reader.layer.name.span,
        "\(reader.layer.name.text): there is a tensor \(quoted(there)) but no \(quoted(gone))",
        help: ["store both biases, or neither"])
      return nil
    }
    return (input, recurrent)
  }

  /// Whole names, for messages.
  private func biasNames(_ side: TensorNames.Side, _ reader: SublayerReader) -> [String] {
    if reader.use(side).blocksFrom != nil { return [moduleName(side, .bias, 0, reader)] }
    return tensorNames.bias(side, sublayer: reader.index, of: reader.form.sublayers).map {
      "\(reader.layer.name.text).\($0)"
    }
  }

  /// Empty when the file has none.
  private mutating func bias(
    _ side: TensorNames.Side, _ reader: SublayerReader, _ count: Int
  ) -> [String: [Float]]? {
    if reader.use(side).blocksFrom != nil { return moduleBiases(side, reader) }
    let names = tensorNames.bias(side, sublayer: reader.index, of: reader.form.sublayers)
    switch find(names, of: reader.layer) {
    case .absent: return [:]
    case .broken: return nil
    case .found(let found):
      return read(found, shapes: [[count]], for: reader.layer).map { reader.vectors($0) }
    }
  }

  /// One tensor for both sides: input first, then recurrent if it is long enough.
  private mutating func jointBiases(_ reader: SublayerReader, shape: [Int]) -> Biases? {
    let names = tensorNames.bias(.input, sublayer: reader.index, of: reader.form.sublayers)
    switch find(names, of: reader.layer) {
    case .absent: return ([:], [:])
    case .broken: return nil
    case .found(let found):
      guard let values = read(found, shapes: [shape], for: reader.layer) else { return nil }
      let count = reader.gates.count * reader.form.hidden
      let recurrent = values.dropFirst(count)
      return (
        reader.vectors(values.prefix(count)), recurrent.isEmpty ? [:] : reader.vectors(recurrent)
      )
    }
  }

  // MARK: Vectors and states

  private mutating func cellVectors(_ reader: SublayerReader) -> [String: [Float]]? {
    let (k, sublayers) = (reader.index, reader.form.sublayers)
    var vectors: [String: [Float]] = [:]
    if let (tensor, order) = reader.form.cell.stackedVectors(in: layout) {
      let names = tensorNames.stackedVectors(tensor, sublayer: k, of: sublayers)
      let (n, count) = (reader.form.hidden, order.count * reader.form.hidden)
      guard let found = findRequired(names, of: reader.layer),
        let values = read(found, shapes: [[1, count]], for: reader.layer)
      else { return nil }
      for (i, name) in order.enumerated() { vectors[name] = Array(values[(i * n)..<((i + 1) * n)]) }
      return vectors
    }
    for name in reader.form.cell.vectors {
      let names = tensorNames.cellVector(name, sublayer: k, of: sublayers)
      vectors[name] = readVector(names, count: reader.form.hidden, of: reader.layer)
    }
    return vectors.count == reader.form.cell.vectors.count ? vectors : nil
  }

  private mutating func initialStates(_ reader: SublayerReader) -> [String: [Float]]? {
    guard reader.form.learnsInitial else { return [:] }
    var initial: [String: [Float]] = [:]
    for state in reader.form.cell.states {
      let name = tensorNames.initialState(state, sublayer: reader.index)
      initial[state] = readVector([name], count: reader.form.hidden, of: reader.layer)
    }
    return initial.count == reader.form.cell.states.count ? initial : nil
  }
}
