import Onnx
import Tensors

/// What one axis of a value of an ONNX graph means to a description, whose values are vectors, one
/// per step.
package enum StepAxis: Sendable, Hashable {
  /// Of size one, and meaning nothing.
  case unit
  case time
  case batch
  /// Batch and time as one axis, in this order.
  case rows([StepAxis])
  /// Part `index` of the vector; a vector in one piece has part 0 only.
  case feature(Int)

  package var text: String {
    switch self {
    case .unit: "1"
    case .time: "time"
    case .batch: "batch"
    case .rows(let axes): axes.map(\.text).joined(separator: "*")
    case .feature: "feature"
    }
  }

  var isFeature: Bool { if case .feature = self { true } else { false } }
}

/// An ONNX graph as a description with its weights, and how the two correspond.
package struct ImportedModel: Sendable {
  /// A graph input or output and the description's.
  package struct Port: Sendable {
    package var graphName: String
    package var name: String
    package var axes: [StepAxis]
    /// The graph gives the last step only, the description every step.
    package var isFinal = false
  }

  /// One state of a layer, or a part of it, in a graph's array.
  package struct StatePart: Sendable, Hashable {
    package var layer: String
    /// h or c.
    package var letter: String
    /// Elements of the state that these are: from `offset`, `count` of them.
    package var offset = 0
    package var count: Int
    /// For every axis the index where the state lies, nil for an axis that is the state's own.
    package var place: [Int?]

    /// As in state files: `rnn.h_l0`.
    package var state: String { "\(layer).\(letter)_l0" }

    /// `[1, :, :]`.
    package var text: String {
      "[\(place.map { $0.map { "\($0)" } ?? ":" }.joined(separator: ", "))]"
    }
  }

  /// A graph input or output that carries states.
  package struct StatePort: Sendable {
    package var graphName: String
    package var parts: [StatePart]
  }

  package struct Layer: Sendable {
    package var name: String
    package var kind: String
    /// What was found: `input {structure: diagonal}`; empty where all is dense.
    package var structure: String
    /// Where it comes from: a node's name and operator.
    package var origin: String
  }

  package var name: String
  /// The text of the description.
  package var description: String
  package var tensors: [(String, Tensor)]
  package var layers: [Layer]
  package var inputs: [Port]
  package var outputs: [Port]
  package var stateInputs: [StatePort]
  package var stateOutputs: [StatePort]
  package var warnings: [String]

  /// Whether the state comes from several places of the file, being one of several cells there.
  package func hasSeveralParts(of part: StatePart) -> Bool {
    let all = (stateInputs + stateOutputs).flatMap(\.parts).filter { $0.state == part.state }
    return Set(all.map(\.offset)).count > 1
  }

  package var weightsFile: String { name + ".safetensors" }
  package var descriptionFile: String { name + ".yaml" }
}
