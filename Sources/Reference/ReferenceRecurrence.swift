import Model

/// A stack of sublayers of one cell with their states.
struct ReferenceRecurrence: Sendable {
  private let cell: any ReferenceCell
  private let stateNames: [String]
  private let weights: [ReferenceWeights]
  private let initial: [[String: [Double]]]
  private let layer: String
  /// By sublayer and the cell's name of the state; each `[hidden]`.
  private var states: [[String: [Double]]]

  /// - Throws: when nobody wrote the cell's reference.
  init(_ recurrent: RecurrentLayer, layer: String) throws(ReferenceError) {
    guard let cell = recurrent.cell as? any ReferenceCell else {
      let keyword = type(of: recurrent.cell).keyword
      throw ReferenceError(
        "\(layer): the cell '\(keyword)' has no reference; write one in Reference/Cells")
    }
    self.cell = cell
    self.layer = layer
    stateNames = cell.states
    weights = recurrent.sublayers.map { ReferenceWeights($0, hidden: recurrent.hidden) }
    let zero = [Double](repeating: 0, count: recurrent.hidden)
    initial = recurrent.sublayers.map { sublayer in
      Dictionary(
        uniqueKeysWithValues: cell.states.map { name in
          (name, sublayer.initial[name]?.map(Double.init) ?? zero)
        })
    }
    states = initial
  }

  /// One step of every sublayer; the last one's output.
  mutating func step(_ x: [Double]) -> [Double] {
    var value = x
    for k in weights.indices {
      states[k] = cell.step(input: value, state: states[k], weights: weights[k])
      value = states[k][stateNames[0]]!
    }
    return value
  }

  mutating func reset() { states = initial }

  /// As in state files, sublayer by sublayer.
  var named: [(name: String, value: [Double])] {
    states.indices.flatMap { k in
      stateNames.map { state in
        (RecurrentLayer.stateName(layer: layer, state: state, sublayer: k), states[k][state]!)
      }
    }
  }

  /// Sets a state by its name in state files; false where this layer has no such state.
  mutating func set(_ name: String, to value: [Double]) -> Bool {
    for k in states.indices {
      for state in stateNames
      where RecurrentLayer.stateName(layer: layer, state: state, sublayer: k) == name {
        states[k][state] = value
        return true
      }
    }
    return false
  }
}
