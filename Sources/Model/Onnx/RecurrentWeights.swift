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

/// Where the states of one node begin: at zero, at trained values, or where the caller says.
struct InitialStates {
  /// By state name.
  private(set) var learned: [String: [Float]] = [:]
  private var fromInputs: [(state: String, input: String)] = []

  init(
    _ builder: ImportBuilder, _ node: OnnxNode, _ states: [String], hidden: Int
  ) throws(OnnxError) {
    for (index, state) in states.enumerated() {
      guard let name = node.input(5 + index) else { continue }
      if let tensor = builder.constant(name) {
        let values = try builder.floats(tensor, node, 5 + index, "initial_\(state)")
        let first = Array(values.prefix(hidden))
        // One vector for every sequence of the batch, whatever the layout.
        for start in stride(from: 0, to: values.count, by: hidden) {
          guard Array(values[start..<start + hidden]) == first else {
            throw OnnxError(
              node, input: 5 + index, "initial_\(state)", "differs between the batch's sequences")
          }
        }
        if first.contains(where: { $0 != 0 }) { learned[state] = first }
      } else if let input = builder.stateInput(behind: name) {
        fromInputs.append((state, input))
      } else if !builder.isZero(name) {
        throw OnnxError(
          node, input: 5 + index, "initial_\(state)", "is computed from other values of the graph")
      }
    }
    guard learned.isEmpty || fromInputs.isEmpty else {
      throw OnnxError(node, "starts one state at trained values and another where the caller says")
    }
    for state in states where !learned.isEmpty && learned[state] == nil {
      learned[state] = Array(repeating: 0, count: hidden)
    }
  }

  func store(in builder: inout ImportBuilder, as layer: String) {
    for (state, values) in learned.sorted(by: { $0.key < $1.key }) {
      builder.addTensor("\(layer).\(state)0_l0", values, shape: [values.count])
    }
    for (state, input) in fromInputs { builder.noteState(input, "\(layer).\(state)_l0") }
  }
}

extension ImportBuilder {
  /// The graph input that a state is taken from, through moves only.
  func stateInput(behind name: String) -> String? {
    var name = name
    while states.derived.contains(name) {
      guard let node = writer(of: name) else { return name }
      name = node.inputs[0]
    }
    return nil
  }

  /// Whether a value is all zeros, of whatever size.
  func isZero(_ name: String) -> Bool {
    var name = name
    while constant(name) == nil {
      guard let node = writer(of: name) else { return false }
      if node.opType == "ConstantOfShape" {
        guard case .tensor(let value)? = node.attributes["value"] else { return true }
        return value.elements.asDoubles()?.allSatisfy { $0 == 0 } ?? false
      }
      guard StateInputs.moves.contains(node.opType) || ["Expand", "Tile"].contains(node.opType),
        let source = node.input(0)
      else { return false }
      name = source
    }
    return constant(name)?.elements.asDoubles()?.allSatisfy { $0 == 0 } ?? false
  }
}
