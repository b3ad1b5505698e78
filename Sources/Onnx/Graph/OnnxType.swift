import Tensors

/// What a tensor's elements are: numbers of one of our types, or texts.
package enum OnnxElementType: Sendable, Hashable {
  case number(ElementType)
  case string

  package var text: String {
    switch self {
    case .number(let type): type.rawValue
    case .string: "string"
    }
  }
}

/// One axis of a value's shape.
package enum OnnxDimension: Sendable, Hashable {
  case known(Int)
  /// Named in the file: the same name is the same number everywhere.
  case symbolic(String)
  case unknown

  package var text: String {
    switch self {
    case .known(let size): String(size)
    case .symbolic(let name): name
    case .unknown: "?"
    }
  }

  package var size: Int? { if case .known(let size) = self { size } else { nil } }
}

/// The type of a value. A tensor's shape is nil where not even the rank is known.
package indirect enum OnnxType: Sendable, Hashable {
  case tensor(OnnxElementType, [OnnxDimension]?)
  case sequence(OnnxType)
  case optional(OnnxType)

  package var text: String {
    switch self {
    case .tensor(let element, nil): "\(element.text)[...]"
    case .tensor(let element, let shape?):
      "\(element.text)[\(shape.map(\.text).joined(separator: ", "))]"
    case .sequence(let type): "sequence(\(type.text))"
    case .optional(let type): "optional(\(type.text))"
    }
  }

  package var shape: [OnnxDimension]? {
    if case .tensor(_, let shape) = self { shape } else { nil }
  }

  package var elementType: OnnxElementType? {
    if case .tensor(let type, _) = self { type } else { nil }
  }
}

/// A named value of a graph's interface; the type is nil where the file does not say.
package struct OnnxValueInfo: Sendable, Hashable {
  package var name: String
  package var type: OnnxType?

  package init(name: String, type: OnnxType?) {
    self.name = name
    self.type = type
  }
}
