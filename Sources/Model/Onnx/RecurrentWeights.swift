import Onnx

/// W [1, gates * H, I], R [1, gates * H, H] and B [1, 2 * gates * H] of one node, gate by gate.
struct RecurrentWeights {
  let hidden: Int
  private let inputs: Int
  private let fileGates: [String]
  private let input, recurrent: [Float]
  /// Of the input side, then of the recurrent one; empty where there is none.
  private let bias: [Float]
  /// [3 * H]: those of the gates i, o and f; empty where there are none.
  private let peepholes: [Float]

  var hasPeepholes: Bool { !peepholes.isEmpty }

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
    let sight = node.input(7) == nil ? [] : try builder.floats(tensor(7, "P"), node, 7, "P")
    peepholes = sight.contains { $0 != 0 } ? sight : []
  }

  /// Those of `gates`, in their order.
  func cell(_ gates: [String]) -> CellWeights {
    let half = bias.count / 2
    let sight = ["i", "o", "f"].enumerated().filter { hasPeepholes && gates.contains($0.1) }
    return CellWeights(
      gates: gates, hidden: hidden, inputs: inputs, input: ordered(input, gates, columns: inputs),
      recurrent: ordered(recurrent, gates, columns: hidden),
      inputBias: bias.isEmpty ? [] : ordered(Array(bias[..<half]), gates, columns: 1),
      recurrentBias: bias.isEmpty ? [] : ordered(Array(bias[half...]), gates, columns: 1),
      vectors: sight.map { index, gate in
        ("peephole_\(gate)", Array(peepholes[index * hidden..<(index + 1) * hidden]))
      })
  }

  private func ordered(_ values: [Float], _ gates: [String], columns: Int) -> [[Float]] {
    let size = hidden * columns
    return gates.map { gate in
      let place = fileGates.firstIndex(of: gate)! * size
      return Array(values[place..<place + size])
    }
  }
}
