import DataFiles
import Tensors

/// What is known of a value before anything runs.
package struct OnnxFact: Sendable {
  /// nil where not even the kind of value is known.
  package var type: OnnxType?
  /// The value itself, where it does not depend on the graph's inputs.
  package var constant: OnnxTensor?
  /// The entries of an integer scalar or vector that is computed from shapes: some may be known.
  package var entries: [OnnxDimension]?

  package init(
    type: OnnxType? = nil, constant: OnnxTensor? = nil, entries: [OnnxDimension]? = nil
  ) {
    self.type = type
    self.constant = constant
    self.entries = entries
  }

  package init(_ tensor: OnnxTensor) {
    type = tensor.type
    constant = tensor
    entries = Self.entries(of: tensor)
  }

  init(_ element: OnnxElementType?, _ shape: [OnnxDimension]?) {
    type = element.map { .tensor($0, shape) }
  }

  static let unknown = OnnxFact()

  var shape: [OnnxDimension]? { type?.shape }
  var element: OnnxElementType? { type?.elementType }
  var rank: Int? { shape?.count }

  /// The shape where every axis is a number.
  var knownShape: [Int]? {
    guard let shape else { return nil }
    let sizes = shape.compactMap(\.size)
    return sizes.count == shape.count ? sizes : nil
  }

  /// Integers of a constant.
  var integers: [Int]? { constant?.elements.asInt64s()?.map { Int($0) } }

  /// Entries are kept for what can be a shape.
  private static func entries(of tensor: OnnxTensor) -> [OnnxDimension]? {
    guard tensor.shape.count <= 1, tensor.count <= OnnxLimits.rank else { return nil }
    return tensor.elements.asInt64s()?.map { .known(Int($0)) }
  }

  /// A value computed from shapes: a constant if every entry is known. `isScalar`: of rank 0.
  static func computed(
    _ entries: [OnnxDimension], _ element: OnnxElementType = .number(.i64), isScalar: Bool = false
  ) -> OnnxFact {
    let shape = isScalar ? [] : [entries.count]
    let numbers = entries.compactMap(\.size)
    if numbers.count == entries.count, element == .number(.i64) {
      return OnnxFact(OnnxTensor(shape: shape, elements: .i64(numbers.map { Int64($0) })))
    }
    return OnnxFact(type: .tensor(element, shape.map { .known($0) }), entries: entries)
  }
}

extension OnnxDimension {
  /// The product, where something is known of it; overflow is unknown.
  func times(_ other: OnnxDimension) -> OnnxDimension {
    switch (self, other) {
    case (.known(let a), .known(let b)): multiplied(a, b).map { .known($0) } ?? .unknown
    case (.known(1), _): other
    case (_, .known(1)): self
    default: .unknown
    }
  }

  func plus(_ other: OnnxDimension) -> OnnxDimension {
    switch (self, other) {
    case (.known(let a), .known(let b)): added(a, b).map { .known($0) } ?? .unknown
    case (.known(0), _): other
    case (_, .known(0)): self
    default: .unknown
    }
  }

  /// Elements along all these axes together.
  static func product(_ shape: some Sequence<OnnxDimension>) -> OnnxDimension {
    shape.reduce(OnnxDimension.known(1)) { $0.times($1) }
  }

  /// What two sizes that must be equal tell together; nil where they cannot be.
  func merged(with other: OnnxDimension) -> OnnxDimension? {
    switch (self, other) {
    case (.known(let a), .known(let b)): a == b ? self : nil
    case (.known, _): self
    case (_, .known): other
    case (.symbolic, _): self
    default: other
    }
  }
}

/// What two descriptions of one value tell together: `better` wins where they differ.
func merge(_ better: OnnxType?, _ other: OnnxType?) -> OnnxType? {
  guard let better else { return other }
  guard case .tensor(let element, let shape) = better else { return better }
  guard let other = other?.shape else { return better }
  guard let shape else { return .tensor(element, other) }
  guard shape.count == other.count else { return better }
  return .tensor(element, zip(shape, other).map { $0.merged(with: $1) ?? $0 })
}
