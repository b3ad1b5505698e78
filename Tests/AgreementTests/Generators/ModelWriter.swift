import Foundation
import IR
import Model
import Tensors

/// Writes a graph as its users would have it: a description and a weights file in some layout.
///
/// Gate orders, transposes and names are written from the specification's table, not from the
/// reader's code.
struct ModelWriter {
  /// How a recurrent matrix is stored in the file.
  enum Form: CaseIterable {
    /// Dense with zeros.
    case dense
    /// `[gate, block, out, in]`, where the structure has blocks.
    case packedByGate
    /// `[block, gate * out, in]`, likewise.
    case packedByBlock
  }

  let layout: Layout
  let form: Form
  private(set) var tensors: [String: Tensor] = [:]
  private var lines: [String] = []
  private let graph: ModelGraph
  private let options: [String: CellOptions]

  /// The description's text and the tensors of its weights file `weights.safetensors`.
  static func write(
    _ graph: ModelGraph, options: [String: CellOptions], layout: Layout, form: Form = .dense
  ) -> (description: String, tensors: [String: Tensor]) {
    var writer = ModelWriter(graph, options, layout, form)
    writer.writeModel()
    return (writer.lines.joined(separator: "\n") + "\n", writer.tensors)
  }

  private init(
    _ graph: ModelGraph, _ options: [String: CellOptions], _ layout: Layout, _ form: Form
  ) {
    self.graph = graph
    self.options = options
    self.layout = layout
    self.form = form
  }

  private mutating func writeModel() {
    lines = ["format: 1", "name: \(graph.name)", "weights: weights.safetensors"]
    lines += ["layout: \(layout.rawValue)", "inputs:"]
    for input in graph.inputs {
      let shape = input.shape.map(String.init).joined(separator: ", ")
      lines.append("  \(input.name): {type: \(input.element.rawValue), shape: [\(shape)]}")
    }
    lines.append("layers:")
    for layer in graph.layers { write(layer) }
    lines.append("outputs:")
    for output in graph.outputs {
      lines.append("  \(output.name): {from: \(name(of: output.source))}")
    }
  }

  private func name(of source: Source) -> String {
    switch source {
    case .input(let i): graph.inputs[i].name
    case .layer(let i): graph.layers[i].name
    }
  }

  private mutating func write(_ layer: Layer) {
    let activationKind = if case .prelu = layer.kind { "activation" } else { layer.kind.word }
    lines.append("  - \(activationKind): \(layer.name)")
    let sources = layer.sources.map(name)
    key("from", sources.count == 1 ? sources[0] : "[\(sources.joined(separator: ", "))]")
    switch layer.kind {
    case .linear(let weight, let bias, let activation):
      key("out", layer.width)
      key("bias", bias != nil)
      key("activation", activation.function.rawValue)
      key("weight", describe(weight.structure))
      writeLinear(layer.name, weight, bias)
    case .embedding(let table, let size):
      key("size", "[\(size), \(layer.width)]")
      let tensor = layout == .keras ? "embeddings" : "weight"
      tensors["\(layer.name).\(tensor)"] = Tensor(table, shape: [size, layer.width])
    case .oneHot(let size): key("size", size)
    case .recurrent(let recurrent): write(recurrent, layer.name)
    case .activation(let activation):
      key("kind", activation.function.rawValue)
      if let parameter = activation.function.parameter { key(parameter.key, activation.parameter) }
    case .prelu(let slope):
      key("kind", "prelu")
      tensors["\(layer.name).weight"] = Tensor(slope)
    case .permute(let permutation, let groups):
      if let groups { key("groups", groups) } else { key("permutation", permutation) }
    case .slice(let start, let end):
      key("start", start)
      key("end", end)
    case .scale(let by, let offset):
      key("by", by)
      key("offset", offset)
    case .frame(let size): key("size", size)
    case .delay(let steps): key("steps", steps)
    case .layerNorm(let weight, let bias, let epsilon):
      writeNorm(layer.name, epsilon, ["weight": weight, "bias": bias])
    case .batchNorm(let mean, let variance, let weight, let bias, let epsilon):
      writeNorm(
        layer.name, epsilon,
        ["weight": weight, "bias": bias, "running_mean": mean, "running_var": variance])
    case .add, .multiply, .concat, .softmax, .logSoftmax, .dropout: break
    }
  }

  private mutating func key(_ key: String, _ value: some Any) {
    lines.append("    \(key): \(value)")
  }

  private func describe(_ structure: MatrixStructure) -> String {
    let kind = structure.kind
    let parameters = zip(type(of: kind).keys, kind.parameters).map { ", \($0): \($1)" }
    return "{structure: \(type(of: kind).keyword)\(parameters.joined())}"
  }

  private mutating func writeLinear(_ name: String, _ weight: StructuredMatrix, _ bias: [Float]?) {
    let dense = Tensor(weight.dense, shape: [weight.rows, weight.columns])
    if layout == .keras {
      tensors["\(name).kernel"] = dense.transposed
    } else {
      tensors["\(name).weight"] = dense
    }
    if let bias { tensors["\(name).bias"] = Tensor(bias) }
  }

  private mutating func writeNorm(_ name: String, _ epsilon: Float, _ values: [String: [Float]]) {
    key("eps", epsilon)
    let keras = [
      "weight": "gamma", "bias": "beta", "running_mean": "moving_mean",
      "running_var": "moving_variance",
    ]
    for (tensor, value) in values {
      tensors["\(name).\(layout == .keras ? keras[tensor]! : tensor)"] = Tensor(value)
    }
  }
}

// MARK: Recurrent layers

extension ModelWriter {
  private mutating func write(_ layer: RecurrentLayer, _ name: String) {
    key("hidden", layer.hidden)
    key("layers", layer.sublayers.count)
    key("input", describe(layer.sublayers[0].inputStructure))
    key("recurrent", describe(layer.sublayers[0].recurrentStructure))
    if !layer.sublayers[0].initial.isEmpty { key("initial", "learned") }
    if let options = options[name] {
      for (option, word) in options.words { key(option, word) }
      for (option, activation) in options.activations { key(option, activation.function.rawValue) }
      for (option, number) in options.numbers { key(option, number) }
    }
    for (k, sublayer) in layer.sublayers.enumerated() {
      for (state, value) in sublayer.initial { tensors["\(name).\(state)0_l\(k)"] = Tensor(value) }
      for (vector, value) in sublayer.vectors { tensors["\(name).\(vector)_l\(k)"] = Tensor(value) }
      let prefix = layer.sublayers.count == 1 ? "\(name)." : "\(name).l\(k)."
      switch layout {
      case .pytorch, .native: writePytorch(sublayer, layer, name, k)
      case .keras: writeKeras(sublayer, layer, prefix)
      case .onnx: writeOnnx(sublayer, layer, prefix)
      }
    }
  }

  private mutating func writePytorch(
    _ sublayer: RecurrentLayer.Sublayer, _ layer: RecurrentLayer, _ name: String, _ k: Int
  ) {
    let gates = layer.gateOrder(in: layout)
    for (side, matrices, structure) in [
      ("ih", sublayer.input, sublayer.inputStructure),
      ("hh", sublayer.recurrent, sublayer.recurrentStructure),
    ] {
      let shape = structure.kind.storedShape(
        rows: layer.hidden, columns: matrices[gates[0]]!.columns)
      if form == .dense || shape.count != 3 {
        tensors["\(name).weight_\(side)_l\(k)"] = stacked(gates.map { matrices[$0]! })
      } else {
        let suffix = layer.sublayers.count == 1 ? "" : "_l\(k)"
        tensors["\(name).weight_\(side)_blocks\(suffix)"] = packed(
          gates.map { matrices[$0]!.stored }, shape)
      }
    }
    if !sublayer.inputBias.isEmpty {
      let zero = [Float](repeating: 0, count: layer.hidden)
      tensors["\(name).bias_ih_l\(k)"] = Tensor(gates.flatMap { sublayer.inputBias[$0]! })
      tensors["\(name).bias_hh_l\(k)"] = Tensor(
        gates.flatMap { sublayer.recurrentBias[$0] ?? zero })
    }
  }

  /// `[gates * rows, columns]`.
  private func stacked(_ matrices: [StructuredMatrix]) -> Tensor {
    Tensor(
      matrices.flatMap(\.dense),
      shape: [matrices.count * matrices[0].rows, matrices[0].columns])
  }

  /// Blocks `[block, out, in]` per gate as one tensor of rank 4 or 3.
  private func packed(_ gates: [[Float]], _ shape: [Int]) -> Tensor {
    if form == .packedByGate { return Tensor(gates.flatMap { $0 }, shape: [gates.count] + shape) }
    let size = shape[1] * shape[2]
    let byBlock = (0..<shape[0]).flatMap { block in
      gates.flatMap { $0[block * size..<(block + 1) * size] }
    }
    return Tensor(byBlock, shape: [shape[0], gates.count * shape[1], shape[2]])
  }

  /// One bias where the cell merges them, two rows where Keras keeps two.
  private mutating func writeKeras(
    _ sublayer: RecurrentLayer.Sublayer, _ layer: RecurrentLayer, _ prefix: String
  ) {
    let gates = layer.gateOrder(in: layout)
    tensors["\(prefix)kernel"] = stacked(gates.map { sublayer.input[$0]! }).transposed
    tensors["\(prefix)recurrent_kernel"] =
      stacked(gates.map { sublayer.recurrent[$0]! }).transposed
    guard !sublayer.inputBias.isEmpty else { return }
    let zero = [Float](repeating: 0, count: layer.hidden)
    let input = gates.flatMap { sublayer.inputBias[$0]! }
    let recurrent = gates.flatMap { sublayer.recurrentBias[$0] ?? zero }
    if layer.cell.kerasBiasRows == 2 {
      tensors["\(prefix)bias"] = Tensor(input + recurrent, shape: [2, input.count])
    } else {
      tensors["\(prefix)bias"] = Tensor(input)
    }
  }

  private mutating func writeOnnx(
    _ sublayer: RecurrentLayer.Sublayer, _ layer: RecurrentLayer, _ prefix: String
  ) {
    let gates = layer.gateOrder(in: layout)
    for (tensor, matrices) in [("W", sublayer.input), ("R", sublayer.recurrent)] {
      let whole = stacked(gates.map { matrices[$0]! })
      tensors["\(prefix)\(tensor)"] = Tensor(whole.floats, shape: [1] + whole.shape)
    }
    guard !sublayer.inputBias.isEmpty else { return }
    let zero = [Float](repeating: 0, count: layer.hidden)
    let biases =
      gates.flatMap { sublayer.inputBias[$0]! }
      + gates.flatMap { sublayer.recurrentBias[$0] ?? zero }
    tensors["\(prefix)B"] = Tensor(biases, shape: [1, biases.count])
  }
}

extension RecurrentLayer {
  /// The specification's orders; a cell that it does not name has one order in every layout.
  func gateOrder(in layout: Layout) -> [String] {
    switch (type(of: cell).keyword, layout) {
    case ("lstm", .onnx): ["i", "o", "f", "g"]
    case ("lstm", _): ["i", "f", "g", "o"]
    case ("gru", .keras), ("gru", .onnx): ["z", "r", "n"]
    case ("gru", _): ["r", "z", "n"]
    default: cell.gateOrder(in: layout)
    }
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
