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

  /// Under PyTorch's names and in the order of `gates`.
  func store(in builder: inout ImportBuilder, as layer: String, gates: [String]) {
    let rows = gates.count * hidden
    builder.addTensor(
      "\(layer).weight_ih_l0", ordered(input, gates, columns: inputs), shape: [rows, inputs])
    builder.addTensor(
      "\(layer).weight_hh_l0", ordered(recurrent, gates, columns: hidden), shape: [rows, hidden])
    guard !bias.isEmpty else { return }
    let halves = [Array(bias[..<rows]), Array(bias[rows...])]
    builder.addTensor("\(layer).bias_ih_l0", ordered(halves[0], gates, columns: 1), shape: [rows])
    builder.addTensor("\(layer).bias_hh_l0", ordered(halves[1], gates, columns: 1), shape: [rows])
  }

  private func ordered(_ values: [Float], _ gates: [String], columns: Int) -> [Float] {
    let size = hidden * columns
    return gates.flatMap { gate -> ArraySlice<Float> in
      let place = fileGates.firstIndex(of: gate)! * size
      return values[place..<place + size]
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
