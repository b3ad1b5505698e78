import IR
import Model
import Tensors

extension ModelWriter {
  mutating func write(_ layer: RecurrentLayer, _ name: String) {
    key("hidden", layer.hidden)
    key("layers", layer.sublayers.count)
    key("input", describe(layer.sublayers[0].inputStructure))
    key("recurrent", describe(layer.sublayers[0].recurrentStructure))
    if !layer.sublayers[0].initial.isEmpty { key("initial", "learned") }
    if let options = options[name] {
      for (option, word) in options.words { key(option, word) }
      for (option, activation) in options.activations { key(option, describe(activation)) }
      for (option, number) in options.numbers { key(option, number) }
      for option in options.flags { key(option, true) }
    }
    for (k, sublayer) in layer.sublayers.enumerated() {
      for (state, value) in sublayer.initial { tensors["\(name).\(state)0_l\(k)"] = Tensor(value) }
      let place = Place(layer: layer, name: name, sublayer: k, gates: layer.gateOrder(in: layout))
      writeVectors(sublayer, place)
      write(place.gates.map { sublayer.input[$0]! }, ("ih", "kernel", "W"), place)
      write(place.gates.map { sublayer.recurrent[$0]! }, ("hh", "recurrent_kernel", "R"), place)
      if !sublayer.inputBias.isEmpty { writeBiases(sublayer, place) }
    }
  }

  /// Which sublayer's tensors are being written, and its gates in the file's order.
  private struct Place {
    let layer: RecurrentLayer
    let name: String
    let sublayer: Int
    let gates: [String]
    var isAlone: Bool { layer.sublayers.count == 1 }
    /// Of the layouts `keras` and `onnx`.
    var prefix: String { isAlone ? "\(name)." : "\(name).l\(sublayer)." }
  }

  private mutating func write(
    _ matrices: [StructuredMatrix], _ names: (pytorch: String, keras: String, onnx: String),
    _ place: Place
  ) {
    if packs(matrices) {
      let suffix = place.isAlone ? "" : "_l\(place.sublayer)"
      tensors["\(place.name).weight_\(names.pytorch)_blocks\(suffix)"] = packed(matrices)
      return
    }
    let whole = stacked(matrices)
    switch layout {
    case .pytorch, .native:
      tensors["\(place.name).weight_\(names.pytorch)_l\(place.sublayer)"] = whole
    case .keras: tensors["\(place.prefix)\(names.keras)"] = whole.transposed
    case .onnx:
      tensors["\(place.prefix)\(names.onnx)"] = Tensor(whole.floats, shape: [1] + whole.shape)
    }
  }

  private mutating func writeBiases(_ sublayer: RecurrentLayer.Sublayer, _ place: Place) {
    let zero = [Float](repeating: 0, count: place.layer.hidden)
    let input = place.gates.flatMap { sublayer.inputBias[$0]! }
    let recurrent = place.gates.flatMap { sublayer.recurrentBias[$0] ?? zero }
    switch layout {
    case .pytorch, .native:
      tensors["\(place.name).bias_ih_l\(place.sublayer)"] = Tensor(input)
      tensors["\(place.name).bias_hh_l\(place.sublayer)"] = Tensor(recurrent)
    case .keras:
      // One bias where the cell merges them, two rows where Keras keeps two.
      let hasRows = place.layer.cell.kerasBiasRows == 2
      tensors["\(place.prefix)bias"] =
        hasRows ? Tensor(input + recurrent, shape: [2, input.count]) : Tensor(input)
    case .onnx:
      tensors["\(place.prefix)B"] = Tensor(input + recurrent, shape: [1, 2 * input.count])
    }
  }

  private mutating func writeVectors(_ sublayer: RecurrentLayer.Sublayer, _ place: Place) {
    if let (tensor, order) = place.layer.cell.stackedVectors(in: layout) {
      let values = order.flatMap { sublayer.vectors[$0]! }
      tensors[place.prefix + tensor] = Tensor(values, shape: [1, values.count])
      return
    }
    for (vector, value) in sublayer.vectors {
      tensors["\(place.name).\(vector)_l\(place.sublayer)"] = Tensor(value)
    }
  }

  private func describe(_ activation: CellActivation) -> String {
    switch activation {
    case .plain(let plain):
      guard let (key, _) = plain.function.parameter else { return plain.function.rawValue }
      return "{kind: \(plain.function.rawValue), \(key): \(plain.parameter)}"
    case .affine(let alpha, let beta): return "{kind: affine, alpha: \(alpha), beta: \(beta)}"
    case .scaledTanh(let alpha, let beta):
      return "{kind: scaled_tanh, alpha: \(alpha), beta: \(beta)}"
    case .hardSigmoid(let alpha, let beta):
      return "{kind: hard_sigmoid, alpha: \(alpha), beta: \(beta)}"
    case .thresholdedRelu(let alpha): return "{kind: thresholded_relu, alpha: \(alpha)}"
    }
  }

  /// `[gates * rows, columns]`.
  private func stacked(_ matrices: [StructuredMatrix]) -> Tensor {
    Tensor(
      matrices.flatMap(\.dense),
      shape: [matrices.count * matrices[0].rows, matrices[0].columns])
  }

  /// Whether stored numbers are written: on demand, or because a dense tensor would lose them.
  func packs(_ matrices: [StructuredMatrix]) -> Bool {
    form != .dense || !matrices.allSatisfy(\.survivesDense)
  }

  /// The stored numbers of the gates, in an axis of their own or in that of the rows.
  func packed(_ matrices: [StructuredMatrix]) -> Tensor {
    let kind = matrices[0].structure.kind
    let shape = kind.storedShape(rows: matrices[0].rows, columns: matrices[0].columns)
    if form != .packedByRow {
      return Tensor(matrices.flatMap(\.stored), shape: [matrices.count] + shape)
    }
    let rowAxis = max(0, shape.count - 2)
    let outer = shape[..<rowAxis].reduce(1, *)
    let inner = shape[rowAxis...].reduce(1, *)
    let numbers = (0..<outer).flatMap { o in
      matrices.flatMap { $0.stored[o * inner..<(o + 1) * inner] }
    }
    var merged = shape
    merged[rowAxis] *= matrices.count
    return Tensor(numbers, shape: merged)
  }
}

extension StructuredMatrix {
  /// Whether a dense tensor of the matrix gives the same matrix again.
  fileprivate var survivesDense: Bool {
    let found = structure.kind.extract(dense, rows: rows, columns: columns, tolerance: 0)
    return found.violations == 0
      && structure.kind.densify(found.stored, rows: rows, columns: columns) == dense
  }
}

extension RecurrentLayer {
  /// The specification's orders; a cell that it does not name has one order in every layout.
  func gateOrder(in layout: Layout) -> [String] {
    let order =
      switch (type(of: cell).keyword, layout) {
      case ("lstm", .onnx): ["i", "o", "f", "g"]
      case ("lstm", _): ["i", "f", "g", "o"]
      case ("gru", .keras), ("gru", .onnx): ["z", "r", "n"]
      case ("gru", _): ["r", "z", "n"]
      default: cell.gateOrder(in: layout)
      }
    return order.filter(cell.gates.contains)
  }
}

extension Tensor {
  /// A matrix turned over.
  var transposed: Tensor {
    let (rows, columns, values) = (shape[0], shape[1], floats)
    let turned = (0..<columns).flatMap { c in (0..<rows).map { values[$0 * columns + c] } }
    return Tensor(turned, shape: [columns, rows])
  }
}

extension ModelGraph {
  /// The same model with its recurrent biases as the layout's files can hold them: a `keras` file
  /// has one bias where the cell may merge both.
  func holdable(in layout: Layout) -> ModelGraph {
    guard layout == .keras else { return self }
    var graph = self
    for i in layers.indices {
      guard var layer = layers[i].recurrent, layer.cell.kerasBiasRows == 1 else { continue }
      for k in layer.sublayers.indices {
        for (gate, bias) in layer.sublayers[k].recurrentBias {
          let merged = zip(layer.sublayers[k].inputBias[gate]!, bias).map(+)
          layer.sublayers[k].inputBias[gate] = merged
        }
        layer.sublayers[k].recurrentBias = [:]
      }
      graph.layers[i].kind = .recurrent(layer)
    }
    return graph
  }
}
