import Onnx

/// The values of one graph while it is evaluated; a body sees those around it.
final class EvaluationScope {
  let graph: PreparedGraph
  private let outer: EvaluationScope?
  private var values: [String: NodeValue]

  init(_ graph: PreparedGraph, outer: EvaluationScope?, values: [String: NodeValue]) {
    self.graph = graph
    self.outer = outer
    self.values = values
  }

  subscript(name: String) -> NodeValue? {
    values[name] ?? graph.constants[name] ?? outer?[name]
  }

  func set(_ name: String, _ value: NodeValue) { values[name] = value }

  func remove(_ name: String) -> NodeValue? { values.removeValue(forKey: name) }

  /// Elements of everything this scope still holds.
  var elementCount: Int { values.values.reduce(0) { $0 + $1.elementCount } }
}

/// One run through a graph and its bodies, node by node.
final class Evaluation {
  let opset: Int
  let budget: EvaluationBudget

  init(opset: Int, limits: EvaluationLimits) {
    self.opset = opset
    budget = EvaluationBudget(limits)
  }

  /// The outputs of `graph` from the values of its inputs, by name.
  func run(
    _ graph: PreparedGraph, outer: EvaluationScope?, inputs: [String: NodeValue]
  ) throws(OnnxError) -> [NodeValue] {
    let scope = EvaluationScope(graph, outer: outer, values: inputs)
    let held = scope.elementCount
    if let node = graph.nodes.first?.node { try budget.hold(held, for: node) }
    for node in graph.nodes { try evaluate(node, in: scope) }
    var outputs: [NodeValue] = []
    for output in graph.graph.outputs {
      guard let value = scope[output.name] else {
        throw OnnxError(at: .value(output.name), "no node computes this output")
      }
      outputs.append(value)
    }
    if !graph.nodes.isEmpty { budget.release(scope.elementCount) }
    return outputs
  }

  private func evaluate(_ prepared: PreparedNode, in scope: EvaluationScope) throws(OnnxError) {
    let node = prepared.node
    try budget.begin(node)
    let call = NodeCall(
      prepared: prepared, opset: opset, inputs: try inputs(of: prepared, in: scope),
      evaluation: self, scope: scope)
    let outputs = try prepared.row.body(call)
    for (index, name) in node.outputs.enumerated() where !name.isEmpty {
      guard index < outputs.count, let value = outputs[index] else {
        throw OnnxError(node, "output \(index) is not supported")
      }
      try budget.hold(value.elementCount, for: node)
      scope.set(name, value)
    }
    for name in prepared.released {
      if let value = scope.remove(name) { budget.release(value.elementCount) }
    }
  }

  private func inputs(
    of prepared: PreparedNode, in scope: EvaluationScope
  ) throws(OnnxError) -> [NodeValue?] {
    var result: [NodeValue?] = []
    for (index, name) in prepared.node.inputs.enumerated() {
      let value = name.isEmpty ? nil : scope[name]
      guard value != nil || name.isEmpty else {
        throw OnnxError(
          prepared.node, input: index, prepared.row.inputName(index),
          "value \(onnxQuoted(name)) does not exist here")
      }
      result.append(value)
    }
    return result
  }
}
