/// An ONNX file as values: no protobuf type leaves this target.
///
/// Local functions are inlined on reading, so that every node is an operator.
package struct OnnxModel: Sendable {
  /// As the user gave it, for messages.
  package var file: String
  package var irVersion: Int64
  package var producerName: String
  package var producerVersion: String
  /// Operator set versions by domain; "" is ai.onnx.
  package var opsets: [String: Int]
  package var metadata: [String: String]
  package var graph: OnnxGraph

  package init(
    file: String, irVersion: Int64 = 10, producerName: String = "", producerVersion: String = "",
    opsets: [String: Int], metadata: [String: String] = [:], graph: OnnxGraph
  ) {
    self.file = file
    self.irVersion = irVersion
    self.producerName = producerName
    self.producerVersion = producerVersion
    self.opsets = opsets
    self.metadata = metadata
    self.graph = graph
  }

  /// Version of ai.onnx, which the reader has checked to be there.
  package var opset: Int { opsets[""] ?? 0 }
}

/// A graph, or the body of an If, Loop or Scan.
///
/// Every name is written once; a node reads names of the nodes before it, inputs and initializers
/// of this graph, or (in a body) whatever stands before its node in the graphs around it.
package struct OnnxGraph: Sendable {
  package var name: String
  /// In topological order.
  package var nodes: [OnnxNode]
  /// Without those that only repeat an initializer's name.
  package var inputs: [OnnxValueInfo]
  package var outputs: [OnnxValueInfo]
  package var initializers: [String: OnnxTensor]
  /// Types that the file states for values inside the graph.
  package var valueInfos: [String: OnnxType]
  /// Inputs that an initializer gives a default: the caller may override them.
  package var defaultedInputs: [OnnxValueInfo]

  package init(
    name: String = "", nodes: [OnnxNode], inputs: [OnnxValueInfo], outputs: [OnnxValueInfo],
    initializers: [String: OnnxTensor] = [:], valueInfos: [String: OnnxType] = [:],
    defaultedInputs: [OnnxValueInfo] = []
  ) {
    self.name = name
    self.nodes = nodes
    self.inputs = inputs
    self.outputs = outputs
    self.initializers = initializers
    self.valueInfos = valueInfos
    self.defaultedInputs = defaultedInputs
  }
}

/// One operator call.
package struct OnnxNode: Sendable {
  /// The file's name, or one made of operator and position (`GRU_12`) where it has none.
  package var name: String
  package var opType: String
  /// "" is ai.onnx.
  package var domain: String
  /// Value names; "" is an optional input that is absent.
  package var inputs: [String]
  package var outputs: [String]
  package var attributes: [String: OnnxAttribute]
  /// Index in the file's list of nodes.
  package var position: Int

  package init(
    name: String, opType: String, domain: String = "", inputs: [String], outputs: [String],
    attributes: [String: OnnxAttribute] = [:], position: Int = 0
  ) {
    self.name = name
    self.opType = opType
    self.domain = domain
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.position = position
  }
}

extension OnnxNode {
  /// Name of input `index`, or nil where it is absent.
  package func input(_ index: Int) -> String? {
    inputs.indices.contains(index) && !inputs[index].isEmpty ? inputs[index] : nil
  }

  /// Name of output `index`, or nil where nobody wants it.
  package func output(_ index: Int) -> String? {
    outputs.indices.contains(index) && !outputs[index].isEmpty ? outputs[index] : nil
  }

  /// The bodies of If, Loop and Scan, by attribute name.
  package var bodies: [(name: String, graph: OnnxGraph)] {
    attributes.sorted { $0.key < $1.key }.compactMap { name, attribute in
      if case .graph(let graph) = attribute { (name, graph) } else { nil }
    }
  }
}
