import Diagnostics
import IR

/// One key of a map in descriptions. The reader and the JSON Schema are made from these rules.
package struct KeyRule: Sendable {
  package enum Need: Sendable {
    case required
    /// May be left out; the value is then this one, or absent.
    case optional(FieldValue?)
  }

  package let key: String
  package let rule: ValueRule
  package let need: Need

  package init(_ key: String, _ rule: ValueRule, _ need: Need = .required) {
    self.key = key
    self.rule = rule
    self.need = need
  }

  package var isRequired: Bool { if case .required = need { true } else { false } }
  package var initial: FieldValue? { if case .optional(let value) = need { value } else { nil } }
}

/// What the value of a key may be.
package enum ValueRule: Sendable {
  /// A positive integer, or a name under `dims:`.
  case size
  /// An integer from 0, or a name under `dims:`.
  case position
  /// A list of this many sizes.
  case sizes(Int)
  /// The shape of one step: `[]` or `[n]`.
  case shape
  /// A list of positions, or the name of a tensor.
  case permutation
  /// An integer from 0 of up to 63 bits.
  case seed
  case number(NumberRange)
  /// A positive number, or the word `none`.
  case limit
  case flag
  case word([String])
  /// The word of an activation, or one of these.
  case activation(or: [String])
  /// The word of a cell's activation, or a map with its parameters.
  case cellActivation
  /// Free text.
  case text
  /// The name of a layer or an input.
  case name
  /// One name or a list of names.
  case names
  /// A list of words.
  case labels
  /// A matrix structure; recurrent layers' sides also take `blocks_from`.
  case structure(blocksFrom: Bool)
  /// Names of this layer's tensors to names in the file.
  case tensors

  /// Completes "takes ...".
  package var phrase: String {
    switch self {
    case .size: "a positive integer or a name under 'dims'"
    case .position: "an integer from 0 or a name under 'dims'"
    case .sizes(let count): "a list of \(count) positive integers or names under 'dims'"
    case .shape: "[] for a scalar or [n] for a vector of n elements"
    case .permutation: "a list of integers from 0, or the name of a tensor"
    case .seed: "an integer from 0 to \(Int.max)"
    case .number(let range): range.phrase
    case .limit: "a positive number or 'none'"
    case .flag: "true or false"
    case .word(let words): choices(words)
    case .activation(let others): choices(others + activationWords)
    case .cellActivation: choices(CellActivation.kinds) + ", or a map with 'kind' and its numbers"
    case .text: "a text"
    case .name: "a name"
    case .names: "a name or a list of names"
    case .labels: "a list of words"
    case .structure: "a map such as {structure: block_diagonal, blocks: 8}"
    case .tensors: "a map from tensor names of this layer to names in the weights file"
    }
  }
}

/// Numbers that a key accepts; infinite ones and NaN never are, nor what f32 cannot hold.
package enum NumberRange: Sendable {
  case any, positive, nonNegative

  package var phrase: String {
    switch self {
    case .any: "a number"
    case .positive: "a positive number"
    case .nonNegative: "a number from 0"
    }
  }

  package func contains(_ value: Double) -> Bool {
    switch self {
    case .any: true
    // What f32 would round to zero is not positive any more.
    case .positive: Float(value) > 0
    case .nonNegative: value >= 0
    }
  }
}

/// The checked value of one key.
package enum FieldValue: Sendable {
  case integer(Int)
  case integers([Int])
  case number(Double)
  case flag(Bool)
  case word(String)
  case activation(CellActivation)
  case names([Name])
  case structure(StructureUse)
  case tensors([TensorMapping])
  /// The word `none`.
  case none
}

/// A name as the user wrote it.
package struct Name: Sendable {
  package var text: String
  package var span: SourceSpan

  package init(_ text: String, span: SourceSpan) {
    self.text = text
    self.span = span
  }
}

/// The structure of one matrix as the user wrote it.
package struct StructureUse: Sendable {
  package var structure: MatrixStructure
  /// Of the word `structure`, or of the whole when there is none; nil for a default.
  package var span: SourceSpan?
  /// Of the parameters' values, by the structure's own keys.
  package var parameterSpans: [String: SourceSpan] = [:]
  /// The pattern of one module's weight name.
  package var blocksFrom: Name?

  package init(
    _ structure: MatrixStructure, span: SourceSpan? = nil, blocksFrom: Name? = nil
  ) {
    self.structure = structure
    self.span = span
    self.blocksFrom = blocksFrom
  }

  package static let dense = StructureUse(.dense(Dense()))
}

/// One line of `tensors:`.
package struct TensorMapping: Sendable {
  /// Within the layer: `weight_ih_l0`.
  package var role: Name
  /// In the file, whole.
  package var tensor: Name

  package init(role: Name, tensor: Name) {
    self.role = role
    self.tensor = tensor
  }
}
