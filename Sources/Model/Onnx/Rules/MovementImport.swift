import Onnx

/// Operators that change axes only: a description has none, so they add no layer, unless the
/// elements of the vector change places.
enum MovementImport {
  static let rules: [String: ImportRule] = [
    "Identity": ImportRule(pass), "Dropout": ImportRule(pass), "Cast": ImportRule(cast),
    "Transpose": ImportRule(transpose), "Squeeze": ImportRule(squeeze),
    "Unsqueeze": ImportRule(unsqueeze), "Reshape": ImportRule(reshape),
    "Flatten": ImportRule(reshape),
  ]

  private static func pass(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    builder.set(node, try builder.value(node, 0))
  }

  /// Integers stay indices whatever their width, and f32 stays f32.
  private static func cast(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let value = try builder.value(node, 0)
    func isInteger(_ type: OnnxElementType?) -> Bool? {
      guard case .number(let number)? = type, number != .bool else { return nil }
      return number.isFloating ? (number == .f32 ? false : nil) : true
    }
    let before = isInteger(builder.graph.type(of: node.inputs[0])?.elementType)
    let after = isInteger(builder.graph.type(of: node.outputs[0])?.elementType)
    guard let before, before == after else {
      throw OnnxError(node, "changes the numbers' type, which no layer of a description does")
    }
    builder.set(node, value)
  }

  private static func transpose(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    var value = try builder.value(node, 0)
    let axes = value.axes.indices
    let order = try node.ints("perm") ?? Array(axes.reversed())
    guard Set(order) == Set(axes) else { throw OnnxError(node, "perm does not fit") }
    value.rearrange(order)
    builder.set(node, value)
  }

  private static func squeeze(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    var value = try builder.value(node, 0)
    let rank = value.axes.count
    let named =
      try node.ints("axes")
      ?? builder.constant(node.input(1))?.elements.asInt64s()?
      .map { Int($0) }
    let dropped: [Int]
    if let named {
      dropped = named.map { $0 < 0 ? $0 + rank : $0 }
    } else if let shape = builder.graph.type(of: node.inputs[0])?.shape, node.input(1) == nil {
      dropped = shape.indices.filter { shape[$0] == .known(1) }
    } else {
      throw OnnxError(node, "drops axes that are not known before it runs")
    }
    for axis in dropped where value.axes.indices.contains(axis) && value.axes[axis] != .unit {
      guard case .feature(let part) = value.axes[axis], value.parts[part] == 1 else {
        throw OnnxError(node, "drops axis \(axis), which is the \(value.axes[axis].text) axis")
      }
      value.dropPart(part, at: axis)
    }
    value.rearrange(value.axes.indices.filter { !dropped.contains($0) })
    builder.set(node, value)
  }

  private static func unsqueeze(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    var value = try builder.value(node, 0)
    guard
      let axes = try node.ints("axes")
        ?? builder.constant(node.input(1))?.elements.asInt64s()?
        .map({ Int($0) })
    else { throw OnnxError(node, "adds axes that are not known before it runs") }
    let rank = value.axes.count + axes.count
    let added = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard added.count == axes.count, added.allSatisfy((0..<rank).contains) else {
      throw OnnxError(node, "adds axes \(axes) to \(value.axes.count) ones")
    }
    var rest = Array(value.axes.indices)[...]
    value.rearrange((0..<rank).map { added.contains($0) ? nil : rest.removeFirst() })
    builder.set(node, value)
  }

  private static func reshape(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    let value = try builder.value(node, 0)
    guard let before = builder.graph.type(of: node.inputs[0])?.shape,
      let after = builder.graph.type(of: node.outputs[0])?.shape, before.count == value.axes.count
    else { throw OnnxError(node, "gives a shape that is not known before it runs") }
    var matcher = ReshapeMatcher(value, before: before, after: after)
    guard let (result, order) = matcher.match() else {
      func text(_ shape: [OnnxDimension]) -> String { shape.map(\.text).joined(separator: ", ") }
      throw OnnxError(
        node,
        "makes [\(text(after))] of [\(text(before))], axes \(builder.axesText(value)): "
          + "that mixes steps, which no layer of a description does")
    }
    guard let order, let source = value.source else {
      builder.set(node, result.withStatesFollowed(from: value))
      return
    }
    builder.set(node, result.replaced(by: permutation(&builder, node, order, source, value.parts)))
  }

  /// A layer y[i] = x[order[i]]: a shuffle where it turns a matrix of two parts.
  static func permutation(
    _ builder: inout ImportBuilder, _ node: OnnxNode, _ order: [Int], _ source: String,
    _ parts: [Int]
  ) -> String {
    if parts.count == 2 {
      let turned = (0..<parts[1]).flatMap { j in (0..<parts[0]).map { $0 * parts[1] + j } }
      if order == turned {
        return builder.layer("shuffle", for: node, from: [source], [("groups", "\(parts[0])")])
      }
    }
    let list = order.map(String.init).joined(separator: ", ")
    return builder.layer("permute", for: node, from: [source], [("permutation", "[\(list)]")])
  }
}

extension StepValue {
  /// After a Reshape that only moves ones about, states are where they were; otherwise they are
  /// not followed, and the value is an ordinary one.
  fileprivate func withStatesFollowed(from before: StepValue) -> StepValue {
    var result = self
    result.states = []
    guard !before.states.isEmpty, before.states.allSatisfy({ $0.place.allSatisfy { $0 == nil } })
    else { return result }
    result.states = before.states.map { part in
      var part = part
      part.place = axes.map { _ in nil }
      return part
    }
    return result
  }
}
