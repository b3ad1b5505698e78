import Diagnostics
import IR
import Tensors

/// A checked model: every layer's shapes known, every weight bound, nothing left to go wrong.
///
/// Widths are elements per step. Layers stand in an order in which every input comes first.
package struct ModelGraph: Sendable {
  package struct Input: Sendable {
    package var name: String
    /// f32, or the declared integer type of an index.
    package var element: ElementType
    /// The declared shape: `[]` for a scalar, `[n]` for a vector.
    package var shape: [Int]
    package var width: Int { shape.reduce(1, *) }

    package init(name: String, element: ElementType, shape: [Int]) {
      self.name = name
      self.element = element
      self.shape = shape
    }
  }

  package struct Output: Sendable {
    package var name: String
    package var source: Source
    package var width: Int
    /// One word per element, or empty.
    package var labels: [String]

    package init(name: String, source: Source, width: Int, labels: [String] = []) {
      self.name = name
      self.source = source
      self.width = width
      self.labels = labels
    }
  }

  package var name: String
  package var inputs: [Input]
  package var layers: [Layer]
  package var outputs: [Output]
  /// Steps per second, where the description says it.
  package var rate: Double?

  package init(
    name: String, inputs: [Input], layers: [Layer], outputs: [Output], rate: Double? = nil
  ) {
    self.name = name
    self.inputs = inputs
    self.layers = layers
    self.outputs = outputs
    self.rate = rate
  }

  package func width(of source: Source) -> Int {
    switch source {
    case .input(let i): inputs[i].width
    case .layer(let i): layers[i].width
    }
  }
}

/// Where a layer reads from: an index into `inputs` or `layers`.
package enum Source: Hashable, Sendable {
  case input(Int)
  case layer(Int)
}

/// One named layer.
package struct Layer: Sendable {
  package var name: String
  package var kind: LayerKind
  package var sources: [Source]
  /// Elements per step of the result.
  package var width: Int

  package init(name: String, kind: LayerKind, sources: [Source], width: Int) {
    self.name = name
    self.kind = kind
    self.sources = sources
    self.width = width
  }
}

/// What a layer computes, with its weights in canonical form.
package enum LayerKind: Sendable {
  /// activation(W x + b); the input may be a `one_hot`.
  case linear(weight: StructuredMatrix, bias: [Float]?, activation: Activation)
  /// Row `index` of `[size, width]`, row-major.
  case embedding(table: [Float], size: Int)
  case oneHot(size: Int)
  case recurrent(RecurrentLayer)
  case activation(Activation)
  /// x < 0 ? slope x : x; one slope per element.
  case prelu(slope: [Float])
  /// y[i] = x[p[i]]; `shuffle` arrives as one of these, with its groups for printing.
  case permute([Int], shuffleGroups: Int?)
  case add
  case multiply
  case concat
  case slice(start: Int, end: Int)
  /// by * x + offset.
  case scale(by: Float, offset: Float)
  /// The last `size` samples.
  case frame(size: Int)
  case delay(steps: Int)
  case softmax
  case logSoftmax
  case dropout
  case layerNorm(weight: [Float], bias: [Float], epsilon: Float)
  case batchNorm(
    mean: [Float], variance: [Float], weight: [Float], bias: [Float], epsilon: Float)
}

/// One matrix, stored in its structure's layout.
package struct StructuredMatrix: Sendable, Hashable {
  package var structure: MatrixStructure
  package var rows: Int
  package var columns: Int
  package var stored: [Float]

  package init(structure: MatrixStructure, rows: Int, columns: Int, stored: [Float]) {
    self.structure = structure
    self.rows = rows
    self.columns = columns
    self.stored = stored
  }

  /// Row-major `[rows, columns]`.
  package var dense: [Float] { structure.kind.densify(stored, rows: rows, columns: columns) }
}

/// A stack of sublayers of one cell; sublayer k > 0 reads the output of k - 1.
package struct RecurrentLayer: Sendable {
  package var cell: any Cell
  package var hidden: Int
  package var sublayers: [Sublayer]

  package init(cell: any Cell, hidden: Int, sublayers: [Sublayer]) {
    self.cell = cell
    self.hidden = hidden
    self.sublayers = sublayers
  }

  /// The weights of one sublayer in canonical form, everything by gate name.
  package struct Sublayer: Sendable {
    package var inputWidth: Int
    package var inputStructure: MatrixStructure
    package var recurrentStructure: MatrixStructure
    /// `[hidden, inputWidth]` each.
    package var input: [String: StructuredMatrix]
    /// `[hidden, hidden]` each.
    package var recurrent: [String: StructuredMatrix]
    /// `[hidden]` each; empty when the file has no such biases.
    package var inputBias: [String: [Float]]
    package var recurrentBias: [String: [Float]]
    /// The cell's `vectors`, `[hidden]` each.
    package var vectors: [String: [Float]]
    /// Learned initial states by state name; a missing one starts at zero.
    package var initial: [String: [Float]]

    package init(
      inputWidth: Int, inputStructure: MatrixStructure, recurrentStructure: MatrixStructure,
      input: [String: StructuredMatrix], recurrent: [String: StructuredMatrix],
      inputBias: [String: [Float]] = [:], recurrentBias: [String: [Float]] = [:],
      vectors: [String: [Float]] = [:], initial: [String: [Float]] = [:]
    ) {
      self.inputWidth = inputWidth
      self.inputStructure = inputStructure
      self.recurrentStructure = recurrentStructure
      self.input = input
      self.recurrent = recurrent
      self.inputBias = inputBias
      self.recurrentBias = recurrentBias
      self.vectors = vectors
      self.initial = initial
    }
  }

  /// The name of a state in state files: `<layer>.h_l0`.
  package static func stateName(layer: String, state: String, sublayer: Int) -> String {
    "\(layer).\(state)_l\(sublayer)"
  }
}
