import DataFiles

/// What the reader takes, so that a damaged or hostile file costs little time and memory.
package enum OnnxLimits {
  /// Protobuf messages inside messages; a graph in a graph is three of them.
  package static let messageDepth = 100
  /// Graphs inside graphs, and functions inside functions.
  package static let graphDepth = 16
  /// Nodes of a model after its functions are inlined.
  package static let nodes = 1 << 18
  /// Axes of a tensor.
  package static let rank = DataLimits.rank
  /// Size of an axis given by name.
  package static let axis = 1 << 30
  /// Elements that a value may have for its size to be counted.
  package static let elements = 1 << 40
  /// Versions of ai.onnx. Below 7 only operators that had not changed by then are read.
  package static let opsets = 1...28
  package static let firstWholeOpset = 7
  static let unchangedBeforeOpset7: Set<String> = [
    "Constant", "Conv", "ConvTranspose", "DepthToSpace", "Flatten", "Gather", "Identity", "If",
    "LogSoftmax", "MatMul", "Not", "ReduceMax", "ReduceMean", "ReduceSum", "Shape", "Size", "Slice",
    "Softmax", "Softplus", "Squeeze", "Transpose", "Unsqueeze",
  ]
}
