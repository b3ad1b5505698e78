import Tensors

/// Reductions and normalizations.
enum ReductionRules {
  static let table: [String: OperatorRule] = {
    var table: [String: OperatorRule] = [:]
    for name in [
      "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
      "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
    ] {
      table[name] = OperatorRule(reduce)
    }
    table["ArgMax"] = OperatorRule(position)
    table["ArgMin"] = OperatorRule(position)
    table["LayerNormalization"] = OperatorRule(layerNormalization)
    table["BatchNormalization"] = OperatorRule(batchNormalization)
    return table
  }()

  private static func reduce(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    guard let shape = data.shape else { return [OnnxFact(data.element, nil)] }
    let keeps = try view.node.int("keepdims", default: 1) != 0
    switch try view.parameter("axes", input: 1) {
    case .unknown:
      return [OnnxFact(data.element, keeps ? shape.map { _ in .unknown } : nil)]
    case .known(let axes) where !axes.isEmpty:
      let dropped = try view.axes(axes, rank: shape.count)
      return [OnnxFact(data.element, reduced(shape, dropped, keeps))]
    case .absent, .known:
      if try view.node.int("noop_with_empty_axes", default: 0) != 0 {
        return [OnnxFact(data.element, shape)]
      }
      return [OnnxFact(data.element, reduced(shape, Array(shape.indices), keeps))]
    }
  }

  private static func reduced(
    _ shape: [OnnxDimension], _ axes: [Int], _ keeps: Bool
  ) -> [OnnxDimension] {
    shape.indices.compactMap { axes.contains($0) ? (keeps ? .known(1) : nil) : shape[$0] }
  }

  private static func position(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    guard let shape = try view.required(0, "data").shape else {
      return [OnnxFact(.number(.i64), nil)]
    }
    let axis = try view.axis(try view.node.int("axis", default: 0), rank: shape.count)
    let keeps = try view.node.int("keepdims", default: 1) != 0
    return [OnnxFact(.number(.i64), reduced(shape, [axis], keeps))]
  }

  private static func layerNormalization(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "X")
    let result = OnnxFact(type: data.type)
    guard let shape = data.shape else { return [result] }
    let axis = try view.axis(try view.node.int("axis", default: -1), rank: shape.count)
    let statistics = OnnxFact(
      .number(.f32), reduced(shape, Array(axis..<shape.count), true))
    return [result, statistics, statistics]
  }

  private static func batchNormalization(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "X")
    let mean = try view.required(3, "input_mean")
    if let shape = data.shape, shape.count > 1, let size = mean.shape?.first,
      shape[1].merged(with: size) == nil
    {
      throw view.fail("its input has \(shape[1].text) channels, its statistics \(size.text)")
    }
    return [OnnxFact(type: data.type)] + (1..<5).map { _ in OnnxFact(type: mean.type) }
  }
}
