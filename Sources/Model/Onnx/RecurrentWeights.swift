import Onnx

/// W [1, gates * H, I], R [1, gates * H, H] and B [1, 2 * gates * H] of one node, gate by gate.
struct RecurrentWeights {
  let hidden: Int
  private let inputs: Int
  private let fileGates: [String]
  private let input, recurrent: [Float]
  /// Of the input side, then of the recurrent one; empty where there is none.
  private let bias: [Float]

  init(
    _ builder: ImportBuilder, _ node: OnnxNode, gates: [String], inputs: Int
  ) throws(OnnxError) {
    fileGates = gates
    self.inputs = inputs
    func tensor(_ index: Int, _ parameter: String) throws(OnnxError) -> OnnxTensor {
      guard let tensor = builder.constant(node.input(index)) else {
        throw OnnxError(
          node, input: index, parameter, "is not constant; only trained weights are imported")
      }
      return tensor
    }
    let (w, r) = (try tensor(1, "W"), try tensor(2, "R"))
    guard r.shape.count == 3, r.shape[1] == gates.count * r.shape[2] else {
      throw OnnxError(node, input: 2, "R", "has shape \(r.shape)")
    }
    hidden = r.shape[2]
    input = try builder.floats(w, node, 1, "W")
    recurrent = try builder.floats(r, node, 2, "R")
    bias = node.input(3) == nil ? [] : try builder.floats(tensor(3, "B"), node, 3, "B")
  }

  /// Under PyTorch's names and in the order of `gates`; matrices with a structure in its form.
  func store(in builder: inout ImportBuilder, as layer: String, gates: [String]) {
    let rows = gates.count * hidden
    let sides = [
      ("input", "weight_ih", input, inputs), ("recurrent", "weight_hh", recurrent, hidden),
    ]
    for (key, name, values, columns) in sides {
      let matrices = ordered(values, gates, columns: columns)
      if let found = FoundStructure(matrices, rows: hidden, columns: columns) {
        builder.setKey(key, found.text, of: layer)
        builder.addTensor(
          "\(layer).\(name)_blocks", found.stored, shape: [gates.count] + found.shape)
      } else {
        builder.addTensor(
          "\(layer).\(name)_l0", matrices.flatMap { $0 }, shape: [rows, columns])
      }
    }
    guard !bias.isEmpty else { return }
    for (name, half) in [("bias_ih_l0", bias[..<rows]), ("bias_hh_l0", bias[rows...])] {
      let vectors = ordered(Array(half), gates, columns: 1)
      builder.addTensor("\(layer).\(name)", vectors.flatMap { $0 }, shape: [rows])
    }
  }

  private func ordered(_ values: [Float], _ gates: [String], columns: Int) -> [[Float]] {
    let size = hidden * columns
    return gates.map { gate in
      let place = fileGates.firstIndex(of: gate)! * size
      return Array(values[place..<place + size])
    }
  }
}
