import Diagnostics
import IR
import Tensors

/// A description as it was read: every key known, every value of the right type, every dimension a
/// number. Names are not resolved and widths not known yet.
package struct Description: Sendable {
  package struct Input: Sendable {
    package var name: Name
    package var element: ElementType
    package var shape: [Int]
    /// Of the type's word, or of the name where it is left out.
    package var typeSpan: SourceSpan
  }

  package struct Output: Sendable {
    package var name: Name
    package var from: Name
    package var labels: [String]
    /// Of `labels:`, or of the name.
    package var labelsSpan: SourceSpan
  }

  package struct Layer: Sendable {
    package var word: LayerWord
    package var name: Name
    package var fields: Fields

    /// The names after `from:`, if any.
    package var from: [Name]? { fields.names("from") }
    package var tensors: [TensorMapping] { fields.tensors("tensors") }
  }

  package enum Weights: Sendable {
    case file(Name)
    case uniform(seed: UInt64, span: SourceSpan)

    package var span: SourceSpan {
      switch self {
      case .file(let name): name.span
      case .uniform(_, let span): span
      }
    }
  }

  package var name: String
  package var weights: Weights?
  package var layout: Layout
  package var dims: [String: Int]
  package var rate: Double?
  package var inputs: [Input]
  package var layers: [Layer]
  package var outputs: [Output]
  /// The start of the text.
  package var span: SourceSpan
}

/// Limits that keep a description from asking for more memory than any model of this kind needs.
package enum ModelLimits {
  /// Of any width, and of every value under `dims:`.
  package static let size = 1 << 20
  /// Stacked sublayers of one recurrent layer.
  package static let sublayers = 1024
  /// Of all layers' results and states together, in elements.
  package static let totalWidth = 1 << 23
  /// Of all weights that are made up rather than read, in elements.
  package static let initialisedWeights = 1 << 26
  package static let nameLength = 128
}

/// The values of one map's keys.
package struct Fields: Sendable {
  package struct Field: Sendable {
    package var value: FieldValue
    /// Of the key, or of the map's first key for a default.
    package var keySpan: SourceSpan
    package var span: SourceSpan
  }

  private var fields: [String: Field] = [:]

  package subscript(key: String) -> Field? {
    get { fields[key] }
    set { fields[key] = newValue }
  }

  package func span(_ key: String) -> SourceSpan? { fields[key]?.span }

  package func integer(_ key: String) -> Int? {
    if case .integer(let value)? = fields[key]?.value { value } else { nil }
  }

  package func integers(_ key: String) -> [Int]? {
    if case .integers(let value)? = fields[key]?.value { value } else { nil }
  }

  package func number(_ key: String) -> Double? {
    if case .number(let value)? = fields[key]?.value { value } else { nil }
  }

  package func flag(_ key: String) -> Bool? {
    if case .flag(let value)? = fields[key]?.value { value } else { nil }
  }

  package func word(_ key: String) -> String? {
    if case .word(let value)? = fields[key]?.value { value } else { nil }
  }

  package func activation(_ key: String) -> CellActivation? {
    if case .activation(let value)? = fields[key]?.value { value } else { nil }
  }

  package func names(_ key: String) -> [Name]? {
    if case .names(let value)? = fields[key]?.value { value } else { nil }
  }

  package func structure(_ key: String) -> StructureUse? {
    if case .structure(let value)? = fields[key]?.value { value } else { nil }
  }

  package func tensors(_ key: String) -> [TensorMapping] {
    if case .tensors(let value)? = fields[key]?.value { value } else { [] }
  }
}
