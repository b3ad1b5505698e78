import IR
import Model

extension ModelGraph {
  /// Input `x`, one layer `layer`, output `y`.
  static func singleLayer(_ kind: LayerKind, inputWidth: Int, width: Int) -> ModelGraph {
    ModelGraph(
      name: "single", inputs: [.init(name: "x", element: .f32, shape: [inputWidth])],
      layers: [Layer(name: "layer", kind: kind, sources: [.input(0)], width: width)],
      outputs: [.init(name: "y", source: .layer(0), width: width)])
  }

  /// A plain network h' = a(W_x x + W_h h + b) of dense matrices, row-major.
  static func elman(
    _ activation: Activation.Function, inputMatrix: [Float], recurrentMatrix: [Float],
    bias: [Float]? = nil, initial: [Float]? = nil
  ) -> ModelGraph {
    var options = CellOptions()
    options.activations["activation"] = .plain(Activation(activation))
    let cell = ElmanRNN(options)
    let hidden = Int(Double(recurrentMatrix.count).squareRoot())
    let width = inputMatrix.count / hidden
    let sublayer = RecurrentLayer.Sublayer(
      inputWidth: width, inputStructure: .dense(Dense()), recurrentStructure: .dense(Dense()),
      input: ["h": .dense(inputMatrix, rows: hidden)],
      recurrent: ["h": .dense(recurrentMatrix, rows: hidden)],
      inputBias: bias.map { ["h": $0] } ?? [:], initial: initial.map { ["h": $0] } ?? [:])
    return .singleLayer(
      .recurrent(RecurrentLayer(cell: cell, hidden: hidden, sublayers: [sublayer])),
      inputWidth: width, width: hidden)
  }

  /// The two-unit network that knows the parity of the bits so far, exactly: x -> y in {0, 1}.
  static var parity: ModelGraph {
    var graph = elman(.relu, inputMatrix: [-1, 1], recurrentMatrix: [1, 1, -1, -1])
    let readOut = LayerKind.linear(weight: .dense([1, 1], rows: 1), bias: nil, activation: .linear)
    graph.layers.append(Layer(name: "out", kind: readOut, sources: [.layer(0)], width: 1))
    graph.outputs[0] = .init(name: "y", source: .layer(1), width: 1)
    return graph
  }
}

extension StructuredMatrix {
  static func dense(_ stored: [Float], rows: Int) -> StructuredMatrix {
    StructuredMatrix(
      structure: .dense(Dense()), rows: rows, columns: stored.count / rows, stored: stored)
  }
}

extension Layer {
  /// The recurrent layer, where this is one.
  var recurrent: RecurrentLayer? {
    if case .recurrent(let layer) = kind { layer } else { nil }
  }
}
