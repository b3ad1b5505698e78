import Onnx

/// Which graph inputs are data and which only start recurrent states.
struct StateInputs {
  let data: [OnnxValueInfo]
  let states: [OnnxValueInfo]
  /// Names computed from state inputs alone.
  let derived: Set<String>

  /// Operators that only move elements: a state goes through them unchanged.
  static let moves: Set<String> = [
    "Slice", "Squeeze", "Unsqueeze", "Transpose", "Reshape", "Gather", "Split", "Identity",
    "Flatten",
  ]

  init(_ graph: OnnxGraph) {
    var readers: [String: [(node: OnnxNode, index: Int)]] = [:]
    for node in graph.nodes {
      for (index, name) in node.inputs.enumerated() {
        readers[name, default: []].append((node, index))
      }
    }
    let outputs = Set(graph.outputs.map(\.name))
    var derived: Set<String> = []
    var data: [OnnxValueInfo] = []
    var states: [OnnxValueInfo] = []
    for input in graph.inputs {
      if let names = Self.follow(input.name, readers, outputs) {
        states.append(input)
        derived.formUnion(names)
      } else {
        data.append(input)
      }
    }
    self.data = data
    self.states = states
    self.derived = derived
  }

  /// All names that moves make of `name`, if every one of them ends in an initial state; nil
  /// otherwise, and for what nobody reads.
  private static func follow(
    _ name: String, _ readers: [String: [(node: OnnxNode, index: Int)]], _ outputs: Set<String>
  ) -> Set<String>? {
    var seen: Set<String> = [name]
    var open = [name]
    var reachesState = false
    while let next = open.popLast() {
      guard !outputs.contains(next) else { return nil }
      for (node, index) in readers[next] ?? [] {
        if ["RNN", "GRU", "LSTM"].contains(node.opType), index == 5 || index == 6 {
          reachesState = true
        } else if moves.contains(node.opType), index == 0 {
          for output in node.outputs where seen.insert(output).inserted { open.append(output) }
        } else {
          return nil
        }
      }
    }
    return reachesState ? seen : nil
  }
}
