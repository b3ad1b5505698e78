import IR

extension ModelGraph {
  /// The same model with every matrix stored dense, zeros and all: what structure is measured
  /// against. It computes the same numbers.
  package var denseTwin: ModelGraph {
    var twin = self
    for index in twin.layers.indices {
      switch twin.layers[index].kind {
      case .linear(let weight, let bias, let activation):
        twin.layers[index].kind = .linear(
          weight: weight.densified, bias: bias, activation: activation)
      case .recurrent(var layer):
        for k in layer.sublayers.indices { layer.sublayers[k].densify() }
        twin.layers[index].kind = .recurrent(layer)
      default: continue
      }
    }
    return twin
  }
}

extension StructuredMatrix {
  fileprivate var densified: StructuredMatrix {
    StructuredMatrix(structure: .dense(Dense()), rows: rows, columns: columns, stored: dense)
  }
}

extension RecurrentLayer.Sublayer {
  fileprivate mutating func densify() {
    inputStructure = .dense(Dense())
    recurrentStructure = .dense(Dense())
    input = input.mapValues(\.densified)
    recurrent = recurrent.mapValues(\.densified)
  }
}
