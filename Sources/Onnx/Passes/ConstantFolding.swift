import DataFiles

/// What may be computed before the model runs: enough for any real model's weights, and not so
/// much that a small file could ask for all memory.
struct ConstantFolding {
  /// Elements of a result that is made of less.
  static let limitOfNew = 1 << 20
  /// Elements of one result ...
  private let limit: Int
  /// ... and of all of them.
  private var budget: Int

  /// Constants may grow to some multiples of what the file holds.
  init(_ graph: OnnxGraph) {
    let elements = graph.constantElements
    limit = Self.limitOfNew + elements
    budget = 8 * limit
  }

  /// Whether a result of this shape may be made of these tensors.
  static func allows(_ shape: [Int], from sources: [OnnxTensor]) -> Bool {
    guard shape.count <= OnnxLimits.rank, shape.allSatisfy({ $0 >= 0 }),
      product(of: shape.map { max($0, 1) }) != nil
    else { return false }
    let count = shape.reduce(1, *)
    return count <= limitOfNew || count <= sources.reduce(0) { $0 + $1.count }
  }

  /// Carries a node out if all its inputs are constants and its results are known to be small
  /// enough. O(elements).
  mutating func fold(
    _ view: NodeView, _ rule: OperatorRule, _ results: [OnnxFact]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let fold = rule.fold, view.inputs.allSatisfy({ $0 == nil || $0?.constant != nil }) else {
      return nil
    }
    let counts = results.map { $0.knownShape.map { $0.reduce(1, *) } ?? 0 }
    guard counts.allSatisfy({ $0 <= limit }), counts.reduce(0, +) <= budget,
      let tensors = try fold(view, view.inputs.map { $0?.constant })
    else { return nil }
    budget = max(0, budget - tensors.reduce(0) { $0 + $1.count })
    return tensors
  }
}

extension OnnxGraph {
  /// Elements of all tensors that the file holds.
  fileprivate var constantElements: Int {
    var count = initializers.values.reduce(0) { $0 + $1.count }
    for node in nodes {
      for case .tensor(let tensor) in node.attributes.values { count += tensor.count }
      for body in node.bodies { count += body.graph.constantElements }
    }
    return count
  }
}
