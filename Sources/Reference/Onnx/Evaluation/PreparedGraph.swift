import Onnx

/// A graph ready to be evaluated: operators found, constants converted, last uses known.
final class PreparedGraph: Sendable {
  let graph: OnnxGraph
  let constants: [String: NodeValue]
  let nodes: [PreparedNode]

  /// Refuses nodes that are not in the table or not in `opset`.
  init(_ graph: OnnxGraph, opset: Int) throws(OnnxError) {
    self.graph = graph
    constants = graph.initializers.mapValues { .tensor(NDArray($0)) }
    var nodes: [PreparedNode] = []
    for node in graph.nodes { nodes.append(try PreparedNode(node, opset: opset)) }
    var needed = Set(graph.outputs.map(\.name))
    for index in nodes.indices.reversed() {
      nodes[index].released = nodes[index].names.subtracting(needed).sorted()
      needed.formUnion(nodes[index].names)
    }
    self.nodes = nodes
  }

  /// Every name that the graph or its bodies mention as an input.
  var reads: Set<String> {
    nodes.reduce(into: Set(graph.outputs.map(\.name))) { $0.formUnion($1.reads) }
  }
}

struct PreparedNode: Sendable {
  let node: OnnxNode
  let row: OperatorRow
  /// The graphs of If, Loop and Scan, by attribute.
  let bodies: [String: PreparedGraph]
  /// What nobody reads after this node.
  fileprivate(set) var released: [String] = []

  init(_ node: OnnxNode, opset: Int) throws(OnnxError) {
    self.node = node
    row = try OperatorTable.row(of: node)
    try row.check(node, opset: opset)
    var bodies: [String: PreparedGraph] = [:]
    for body in node.bodies {
      bodies[body.name] = try PreparedGraph(body.graph, opset: opset)
    }
    self.bodies = bodies
  }

  fileprivate var reads: Set<String> {
    bodies.values.reduce(into: Set(node.inputs)) { $0.formUnion($1.reads) }
  }

  /// What the node reads and writes.
  fileprivate var names: Set<String> { reads.union(node.outputs) }
}
