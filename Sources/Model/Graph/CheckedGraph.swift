import Diagnostics
import IR

/// A description whose names are resolved and whose widths agree. Only the weights are missing.
package struct CheckedGraph: Sendable {
  package var name: String
  package var inputs: [ModelGraph.Input]
  /// In an order in which every source comes first.
  package var layers: [CheckedLayer]
  package var outputs: [ModelGraph.Output]
  package var rate: Double?
}

package struct CheckedLayer: Sendable {
  package var name: Name
  package var form: LayerForm
  package var sources: [Source]
  /// Of the first source; the only one where the layer does not join several.
  package var inputWidth: Int
  package var width: Int
  package var tensors: [TensorMapping] = []
}

/// What a layer computes, with its shapes known and its weights yet to be read.
package enum LayerForm: Sendable {
  /// Needs no weights.
  case complete(LayerKind)
  case linear(weight: StructureUse, hasBias: Bool, activation: Activation)
  /// `[size, width]`.
  case embedding(size: Int)
  case recurrent(RecurrentForm)
  case prelu
  /// `y[i] = x[p[i]]` with p in the weights file.
  case permute(tensor: Name)
  case layerNorm(epsilon: Float)
  case batchNorm(epsilon: Float)
}

package struct RecurrentForm: Sendable {
  package var cell: any Cell
  package var hidden: Int
  package var sublayers: Int
  package var input: StructureUse
  package var recurrent: StructureUse
  package var learnsInitial: Bool
}
