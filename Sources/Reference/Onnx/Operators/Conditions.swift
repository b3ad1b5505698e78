import Onnx
import Tensors

/// If: one of two graphs, which see the names around them.
enum Conditions {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "If", "cond", outputs: 1...Int.max, attributes: "then_branch else_branch", body: choose)
  ]

  private static func choose(_ call: NodeCall) throws(OnnxError) -> [NodeValue?] {
    let branch = try call.boolean(0) ? "then_branch" : "else_branch"
    let outputs = try call.run(branch, [])
    guard outputs.count == call.node.outputs.count else {
      throw call.error("'\(branch)' gives \(outputs.count) values")
    }
    return outputs
  }
}

extension NodeCall {
  /// The one element of a bool input.
  func boolean(_ index: Int) throws(OnnxError) -> Bool {
    let array = try tensor(index)
    guard array.isBool, array.count == 1 else {
      throw error(input: index, "is \(array.text), not one bool")
    }
    return array.doubles != [0]
  }

  /// The body in attribute `key`.
  func body(_ key: String) throws(OnnxError) -> PreparedGraph {
    guard let body = prepared.bodies[key] else { throw error("attribute '\(key)' is missing") }
    return body
  }

  /// Evaluates the body `key` with the values of its inputs, in their order.
  func run(_ key: String, _ values: [NodeValue]) throws(OnnxError) -> [NodeValue] {
    let body = try body(key)
    let names = body.graph.inputs.map(\.name)
    guard names.count == values.count else {
      throw error("'\(key)' takes \(names.count) inputs and is given \(values.count)")
    }
    let inputs = Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
    return try evaluation.run(body, outer: scope, inputs: inputs)
  }

  /// `arrays` of one shape as one array with a new `axis` for their number.
  func stacked(_ arrays: [NDArray], axis: Int) throws(OnnxError) -> NDArray {
    let first = arrays[0]
    for array in arrays where array.shape != first.shape {
      throw error("a body gives \(first.text) and then \(array.text)")
    }
    let place = try self.axis(axis, rank: first.rank + 1)
    var shape = first.shape
    shape.insert(1, at: place)
    return try Joining.concat(arrays.map { $0.reshaped(shape) }, axis: place, self)
  }

  /// What output `index` of a body that never ran stacks up to: no steps of its declared type.
  func emptyStack(_ key: String, output index: Int, axis: Int) throws(OnnxError) -> NDArray {
    let output = try body(key).graph.outputs[index]
    guard case .tensor(let type, let dimensions)? = output.type else {
      throw error("never runs, and the type of \(onnxQuoted(output.name)) is not declared")
    }
    var shape = (dimensions ?? []).map { $0.size ?? 0 }
    shape.insert(0, at: try self.axis(axis, rank: shape.count + 1))
    guard case .number(let number) = type else { return NDArray(shape: shape, strings: []) }
    return number.isFloating
      ? NDArray(shape: shape, type: number, reals: [])
      : NDArray(shape: shape, type: number, integers: [])
  }
}
