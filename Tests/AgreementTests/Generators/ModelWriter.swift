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
    /// Dense with zeros, where the structure can be read out of that.
    case dense
    /// Stored numbers gate by gate: `[gate, block, out, in]`.
    case packedByGate
    /// The gates in the axis of the rows: `[block, gate * out, in]`.
    case packedByRow
  }

  let layout: Layout
  let form: Form
  var tensors: [String: Tensor] = [:]
  private var lines: [String] = []
  private let graph: ModelGraph
  let options: [String: CellOptions]

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

  mutating func key(_ key: String, _ value: some Any) {
    lines.append("    \(key): \(value)")
  }

  func describe(_ structure: MatrixStructure) -> String {
    let kind = structure.kind
    let parameters = zip(type(of: kind).keys, kind.parameters).map { ", \($0): \($1)" }
    return "{structure: \(type(of: kind).keyword)\(parameters.joined())}"
  }

  private mutating func writeLinear(_ name: String, _ weight: StructuredMatrix, _ bias: [Float]?) {
    let dense = Tensor(weight.dense, shape: [weight.rows, weight.columns])
    if packs([weight]) {
      tensors["\(name).weight_blocks"] = packed([weight])
    } else if layout == .keras {
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
