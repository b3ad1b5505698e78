/// The value of a node's attribute.
package enum OnnxAttribute: Sendable {
  case int(Int64)
  case float(Float)
  case string(String)
  case tensor(OnnxTensor)
  case graph(OnnxGraph)
  case type(OnnxType?)
  case ints([Int64])
  case floats([Float])
  case strings([String])
  case tensors([OnnxTensor])
  case types([OnnxType?])

  /// The kind in words, for messages.
  package var kind: String {
    switch self {
    case .int: "an integer"
    case .float: "a float"
    case .string: "a string"
    case .tensor: "a tensor"
    case .graph: "a graph"
    case .type: "a type"
    case .ints: "a list of integers"
    case .floats: "a list of floats"
    case .strings: "a list of strings"
    case .tensors: "a list of tensors"
    case .types: "a list of types"
    }
  }
}

extension OnnxNode {
  /// The integer attribute `key`, `fallback` where it is absent; throws when it is another kind.
  package func int(_ key: String, default fallback: Int) throws(OnnxError) -> Int {
    try optionalInt(key) ?? fallback
  }

  package func optionalInt(_ key: String) throws(OnnxError) -> Int? {
    switch attributes[key] {
    case nil: return nil
    case .int(let value): return Int(value)
    case let other?: throw wrongKind(key, other, "an integer")
    }
  }

  package func float(_ key: String, default fallback: Float) throws(OnnxError) -> Float {
    try optionalFloat(key) ?? fallback
  }

  package func optionalFloat(_ key: String) throws(OnnxError) -> Float? {
    switch attributes[key] {
    case nil: return nil
    case .float(let value): return value
    case let other?: throw wrongKind(key, other, "a float")
    }
  }

  package func string(_ key: String, default fallback: String) throws(OnnxError) -> String {
    switch attributes[key] {
    case nil: return fallback
    case .string(let value): return value
    case let other?: throw wrongKind(key, other, "a string")
    }
  }

  /// The list of integers `key`, or nil where it is absent.
  package func ints(_ key: String) throws(OnnxError) -> [Int]? {
    switch attributes[key] {
    case nil: return nil
    case .ints(let values): return values.map { Int($0) }
    case let other?: throw wrongKind(key, other, "a list of integers")
    }
  }

  package func floats(_ key: String) throws(OnnxError) -> [Float]? {
    switch attributes[key] {
    case nil: return nil
    case .floats(let values): return values
    case let other?: throw wrongKind(key, other, "a list of floats")
    }
  }

  package func strings(_ key: String) throws(OnnxError) -> [String]? {
    switch attributes[key] {
    case nil: return nil
    case .strings(let values): return values
    case let other?: throw wrongKind(key, other, "a list of strings")
    }
  }

  package func tensor(_ key: String) throws(OnnxError) -> OnnxTensor? {
    switch attributes[key] {
    case nil: return nil
    case .tensor(let value): return value
    case let other?: throw wrongKind(key, other, "a tensor")
    }
  }

  package func graph(_ key: String) throws(OnnxError) -> OnnxGraph? {
    switch attributes[key] {
    case nil: return nil
    case .graph(let value): return value
    case let other?: throw wrongKind(key, other, "a graph")
    }
  }

  private func wrongKind(
    _ key: String, _ found: OnnxAttribute, _ wanted: String
  ) -> OnnxError {
    OnnxError(self, "attribute '\(key)' is \(found.kind), not \(wanted)")
  }
}
