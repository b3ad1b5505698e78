import Onnx
import Tensors

/// One node about to be evaluated: its inputs, attributes and what it may cost.
struct NodeCall {
  let prepared: PreparedNode
  let opset: Int
  /// In the node's order; nil for an optional input that is absent.
  let inputs: [NodeValue?]
  let evaluation: Evaluation
  /// The names that the bodies of If, Loop and Scan see.
  let scope: EvaluationScope

  var node: OnnxNode { prepared.node }

  func error(_ message: String) -> OnnxError { OnnxError(node, message) }

  func error(input index: Int, _ message: String) -> OnnxError {
    OnnxError(node, input: index, prepared.row.inputName(index), message)
  }

  /// Whether the node has a name for output `index`.
  func wants(output index: Int) -> Bool { node.output(index) != nil }

  // MARK: Inputs

  func value(_ index: Int) throws(OnnxError) -> NodeValue {
    guard let value = optionalValue(index) else { throw error(input: index, "is missing") }
    return value
  }

  func optionalValue(_ index: Int) -> NodeValue? {
    index < inputs.count ? inputs[index] : nil
  }

  func tensor(_ index: Int) throws(OnnxError) -> NDArray {
    let value = try value(index)
    guard let array = value.tensor else {
      throw error(input: index, "is \(value.kind), not a tensor")
    }
    return array
  }

  func optionalTensor(_ index: Int) throws(OnnxError) -> NDArray? {
    optionalValue(index) == nil ? nil : try tensor(index)
  }

  func sequence(_ index: Int) throws(OnnxError) -> [NDArray] {
    let value = try value(index)
    guard let arrays = value.sequence else {
      throw error(input: index, "is \(value.kind), not a sequence")
    }
    return arrays
  }

  /// All inputs as tensors; none may be absent.
  func tensors() throws(OnnxError) -> [NDArray] {
    var result: [NDArray] = []
    for index in inputs.indices { result.append(try tensor(index)) }
    return result
  }

  /// The values of a floating input.
  func reals(_ index: Int) throws(OnnxError) -> [Double] {
    let array = try tensor(index)
    guard case .reals(let values) = array.values else {
      throw error(input: index, "is \(array.text), not floating")
    }
    return values
  }

  /// The numbers of an i32 or i64 input of rank 0 or 1: indices, sizes, axes.
  func indices(_ index: Int) throws(OnnxError) -> [Int] {
    let array = try tensor(index)
    guard array.rank <= 1, array.elementType == .i64 || array.elementType == .i32,
      case .integers(let values) = array.values
    else { throw error(input: index, "is \(array.text), not a vector of integers") }
    return values.map { Int($0) }
  }

  func optionalIndices(_ index: Int) throws(OnnxError) -> [Int]? {
    optionalValue(index) == nil ? nil : try indices(index)
  }

  /// Numbers that older opsets have as an attribute and newer ones as an input.
  func indices(_ index: Int, attribute key: String) throws(OnnxError) -> [Int]? {
    if optionalValue(index) != nil { return try indices(index) }
    return try node.ints(key)
  }

  /// The one number of an input of any numeric type.
  func scalar(_ index: Int) throws(OnnxError) -> Double {
    let array = try tensor(index)
    guard array.count == 1, let values = array.doubles else {
      throw error(input: index, "is \(array.text), not one number")
    }
    return values[0]
  }

  /// Refuses two inputs of different element types.
  func requireSameType(_ arrays: [NDArray]) throws(OnnxError) {
    for (index, array) in arrays.enumerated() where array.type != arrays[0].type {
      throw error(input: index, "is \(array.type.text), not \(arrays[0].type.text)")
    }
  }

  /// Refuses an input whose shape is not `shape`.
  func require(_ index: Int, _ array: NDArray, shape: [Int]) throws(OnnxError) {
    guard array.shape == shape else {
      throw error(input: index, "has shape \(array.shape), not \(shape)")
    }
  }
}
