import DataFiles
import Diagnostics
import Foundation
import Onnx
import SwiftProtobuf

// Messages for tests, in few words: `model([node("Add", ["x", "y"], ["z"])], ...)`.

func node(
  _ opType: String, _ inputs: [String], _ outputs: [String], name: String = "",
  domain: String = "", _ attributes: [ProtoAttribute] = []
) -> ProtoNode {
  var node = ProtoNode()
  node.opType = opType
  node.input = inputs
  node.output = outputs
  node.name = name
  node.domain = domain
  node.attribute = attributes
  return node
}

func attribute(_ name: String, _ fill: (inout ProtoAttribute) -> Void) -> ProtoAttribute {
  var attribute = ProtoAttribute()
  attribute.name = name
  fill(&attribute)
  return attribute
}

func attribute(_ name: String, int value: Int64) -> ProtoAttribute {
  attribute(name) {
    $0.type = .int
    $0.i = value
  }
}

func attribute(_ name: String, ints values: [Int64]) -> ProtoAttribute {
  attribute(name) {
    $0.type = .ints
    $0.ints = values
  }
}

func attribute(_ name: String, string value: String) -> ProtoAttribute {
  attribute(name) {
    $0.type = .string
    $0.s = Data(value.utf8)
  }
}

func attribute(_ name: String, graph: ProtoGraph) -> ProtoAttribute {
  attribute(name) {
    $0.type = .graph
    $0.g = graph
  }
}

/// A value with an f32 shape: numbers, names, or "?".
func value(_ name: String, _ shape: [String]?, type: Int32 = 1) -> ProtoValueInfo {
  var info = ProtoValueInfo()
  info.name = name
  info.type.tensorType.elemType = type
  if let shape {
    info.type.tensorType.shape.dim = shape.map { text in
      var dimension = ProtoShape.Dimension()
      if let size = Int64(text) { dimension.dimValue = size } else { dimension.dimParam = text }
      return text == "?" ? ProtoShape.Dimension() : dimension
    }
  }
  return info
}

func tensor(_ name: String, _ dims: [Int64], floats: [Float]) -> ProtoTensor {
  var tensor = ProtoTensor()
  tensor.name = name
  tensor.dims = dims
  tensor.dataType = 1
  tensor.floatData = floats
  return tensor
}

func tensor(_ name: String, _ dims: [Int64], ints: [Int64]) -> ProtoTensor {
  var tensor = ProtoTensor()
  tensor.name = name
  tensor.dims = dims
  tensor.dataType = 7
  tensor.int64Data = ints
  return tensor
}

func graph(
  _ nodes: [ProtoNode], inputs: [ProtoValueInfo] = [], outputs: [ProtoValueInfo] = [],
  initializers: [ProtoTensor] = []
) -> ProtoGraph {
  var graph = ProtoGraph()
  graph.name = "g"
  graph.node = nodes
  graph.input = inputs
  graph.output = outputs
  graph.initializer = initializers
  return graph
}

func model(_ graph: ProtoGraph, opset: Int64 = 17) -> ProtoModel {
  var model = ProtoModel()
  model.irVersion = 8
  model.producerName = "test"
  model.graph = graph
  model.opsetImport = [operatorSet("", opset)]
  return model
}

func operatorSet(_ domain: String, _ version: Int64) -> ProtoOperatorSet {
  var set = ProtoOperatorSet()
  set.domain = domain
  set.version = version
  return set
}

/// From f32 [2] `x` to `y`, by these nodes.
func model(
  _ nodes: [ProtoNode], initializers: [ProtoTensor] = [], opset: Int64 = 17
) -> ProtoModel {
  model(
    graph(
      nodes, inputs: [value("x", ["2"])], outputs: [value("y", ["2"])],
      initializers: initializers), opset: opset)
}

func read(_ model: ProtoModel, folder: String? = nil) throws -> OnnxModel {
  let bytes: [UInt8] = try model.serializedBytes()
  return try OnnxReader.read(FileBytes(name: "model.onnx", copying: bytes), folder: folder)
}

/// What the reader says about a file with these bytes: its errors as the user sees them.
func complaint(_ bytes: [UInt8], folder: String? = nil) -> String {
  do throws(InputError) {
    _ = try OnnxReader.read(FileBytes(name: "model.onnx", copying: bytes), folder: folder)
    return "accepted\n"
  } catch {
    return DiagnosticRenderer().render(error.diagnostics)
  }
}

func complaint(_ model: ProtoModel, folder: String? = nil) throws -> String {
  complaint(try model.serializedBytes(), folder: folder)
}
