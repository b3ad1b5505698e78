import Onnx

/// What a name stands for while a graph is evaluated.
package enum NodeValue: Sendable, Equatable {
  case tensor(NDArray)
  case sequence([NDArray])
  /// An optional tensor or sequence, or nothing.
  indirect case optional(NodeValue?)

  package var tensor: NDArray? { if case .tensor(let array) = self { array } else { nil } }
  package var sequence: [NDArray]? { if case .sequence(let arrays) = self { arrays } else { nil } }

  /// Elements held, at least one, for the memory limit.
  var elementCount: Int {
    switch self {
    case .tensor(let array): max(array.count, 1)
    case .sequence(let arrays): arrays.reduce(1) { $0 + max($1.count, 1) }
    case .optional(let value): value?.elementCount ?? 1
    }
  }

  /// The kind in words, for messages.
  var kind: String {
    switch self {
    case .tensor: "a tensor"
    case .sequence: "a sequence"
    case .optional: "an optional"
    }
  }
}
