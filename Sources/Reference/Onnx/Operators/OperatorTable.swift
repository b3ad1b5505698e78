import Onnx

/// Every operator of the evaluator: a new one is a function in its family and a row there.
package enum OperatorTable {
  static let families: [[OperatorRow]] = [
    UnaryFunctions.rows, ActivationFunctions.rows, Casting.rows, Arithmetic.rows, Comparison.rows,
    Selection.rows, Reduction.rows, Softmax.rows, Products.rows, Einsum.rows, Convolution.rows,
    TransposedConvolution.rows, Pooling.rows, Ranking.rows, Padding.rows, Slicing.rows,
    Shaping.rows, Joining.rows,
    Gathering.rows, Scattering.rows, Normalization.rows, BatchNormalization.rows,
    Quantization.rows, Sources.rows, Conditions.rows, Loops.rows, Scans.rows, Sequences.rows,
    RNNOperator.rows, GRUOperator.rows, LSTMOperator.rows,
  ]

  package static let rows: [String: OperatorRow] = Dictionary(
    uniqueKeysWithValues: families.joined().map { ($0.name, $0) })

  /// The row of a node's operator; throws with the node's name where there is none.
  static func row(of node: OnnxNode) throws(OnnxError) -> OperatorRow {
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw OnnxError(
        node, "operators of domain \(onnxQuoted(node.domain)) are not supported")
    }
    guard let row = rows[node.opType] else {
      throw OnnxError(node, "operator \(onnxQuoted(node.opType)) is not supported")
    }
    return row
  }
}
