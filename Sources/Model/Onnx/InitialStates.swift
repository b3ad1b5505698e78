import Onnx

/// Where the states of one node begin: at zero, at trained values, or where the caller says.
struct InitialStates {
  /// By state name.
  private(set) var learned: [String: [Float]] = [:]
  private var fromInputs: [(state: String, input: String, place: [Int?])] = []

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
      } else if let (input, place) = try StatePlace.find(name, in: builder) {
        fromInputs.append((state, input, place))
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

  /// Tells which graph inputs hold them.
  func note(in builder: inout ImportBuilder, as layer: String, hidden: Int) {
    for (state, input, place) in fromInputs {
      builder.noteState(
        input,
        ImportedModel.StatePart(layer: layer, letter: state, count: hidden, place: place))
    }
  }
}

extension ImportBuilder {
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
