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

  package init(
    name: String, inputs: [ModelGraph.Input], layers: [CheckedLayer],
    outputs: [ModelGraph.Output], rate: Double? = nil
  ) {
    self.name = name
    self.inputs = inputs
    self.layers = layers
    self.outputs = outputs
    self.rate = rate
  }
}

package struct CheckedLayer: Sendable {
  package var name: Name
  package var form: LayerForm
  package var sources: [Source]
  /// Of the first source; the only one where the layer does not join several.
  package var inputWidth: Int
  package var width: Int
  package var tensors: [TensorMapping]

  package init(
    name: Name, form: LayerForm, sources: [Source], inputWidth: Int, width: Int,
    tensors: [TensorMapping] = []
  ) {
    self.name = name
    self.form = form
    self.sources = sources
    self.inputWidth = inputWidth
    self.width = width
    self.tensors = tensors
  }
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

  package init(
    cell: any Cell, hidden: Int, sublayers: Int, input: StructureUse, recurrent: StructureUse,
    learnsInitial: Bool
  ) {
    self.cell = cell
    self.hidden = hidden
    self.sublayers = sublayers
    self.input = input
    self.recurrent = recurrent
    self.learnsInitial = learnsInitial
  }
}
