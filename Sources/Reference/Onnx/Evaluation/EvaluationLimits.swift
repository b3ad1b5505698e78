import Onnx

/// What one evaluation may cost, far above real models, so that a hostile graph ends in an error.
package struct EvaluationLimits: Sendable {
  /// Elements of one array.
  package var elements = 1 << 26
  /// Elements of all values that are alive at the same time.
  package var alive = 1 << 27
  /// Elements written and multiply-accumulates done, all together.
  package var work = 1 << 38
  /// Nodes evaluated, those in the bodies of loops each time.
  package var nodes = 1 << 26

  package init() {}
}

/// What one evaluation has used of its limits.
final class EvaluationBudget {
  let limits: EvaluationLimits
  private var alive = 0
  private var work = 0
  private var nodes = 0

  init(_ limits: EvaluationLimits) { self.limits = limits }

  /// Counts one node.
  func begin(_ node: OnnxNode) throws(OnnxError) {
    nodes += 1
    guard nodes <= limits.nodes else {
      throw OnnxError(node, "more than \(limits.nodes) nodes have been evaluated")
    }
  }

  func hold(_ elements: Int, for node: OnnxNode) throws(OnnxError) {
    alive += elements
    guard alive <= limits.alive else {
      throw OnnxError(node, "the values alive hold more than \(limits.alive) elements")
    }
  }

  func release(_ elements: Int) { alive -= elements }

  /// Counts the product of `factors` as work.
  func spend(_ factors: [Int], for node: OnnxNode) throws(OnnxError) {
    let (total, overflow) = work.addingReportingOverflow(NDShape.count(factors) ?? .max)
    guard !overflow, total <= limits.work else {
      throw OnnxError(node, "needs more than \(limits.work) operations")
    }
    work = total
  }
}
