import Tensors

/// Operators that join values.
enum JoiningRules {
  static let table: [String: OperatorRule] = [
    "Concat": OperatorRule(concat, fold: foldConcat)
  ]

  private static func concat(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let first = try view.required(0, "inputs")
    for (i, input) in view.inputs.enumerated() {
      guard let other = input?.element, let element = first.element, other != element else {
        continue
      }
      throw OnnxError(
        view.node, input: i, view.node.inputs[i], "is \(other.text), and input 0 \(element.text)")
    }
    let shapes = view.inputs.compactMap { $0?.shape }
    guard shapes.count == view.inputs.count, let rank = shapes.first?.count else {
      return [OnnxFact(first.element, nil)]
    }
    guard rank > 0, shapes.allSatisfy({ $0.count == rank }) else {
      throw view.fail("joins values of \(shapes.map(\.count)) axes")
    }
    let axis = try view.axis(try axis(view), rank: rank)
    let lists = view.inputs.compactMap { $0?.entries }
    // What grows beyond any shape is no shape.
    if rank == 1, lists.count == view.inputs.count,
      lists.reduce(0, { $0 + $1.count }) <= OnnxLimits.rank
    {
      return [.computed(lists.flatMap { $0 }, first.element ?? .number(.i64))]
    }
    var result = shapes[0]
    for shape in shapes.dropFirst() {
      for i in 0..<rank where i != axis {
        guard let both = result[i].merged(with: shape[i]) else {
          throw view.fail("its inputs have \(result[i].text) and \(shape[i].text) along axis \(i)")
        }
        result[i] = both
      }
      result[axis] = result[axis].plus(shape[axis])
    }
    return [OnnxFact(first.element, try view.checked(result))]
  }

  private static func axis(_ view: NodeView) throws(OnnxError) -> Int {
    guard let axis = try view.node.optionalInt("axis") else { throw view.fail("has no axis") }
    return axis
  }

  private static func foldConcat(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    let tensors = inputs.compactMap { $0 }
    guard tensors.count == inputs.count, let first = tensors.first,
      let shape = try concat(view)[0].knownShape
    else { return nil }
    if shape.contains(0) { return [first.selecting([], shape: shape)] }
    let axis = try view.axis(try axis(view), rank: shape.count)
    var all = first.elements
    var offsets = [0]
    for tensor in tensors.dropFirst() {
      offsets.append(all.count)
      guard let both = all.appending(tensor.elements) else { return nil }
      all = both
    }
    var from: [Int] = []
    from.reserveCapacity(all.count)
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for (tensor, offset) in zip(tensors, offsets) {
        let run = tensor.shape[axis...].reduce(1, *)
        from += offset + outer * run..<offset + (outer + 1) * run
      }
    }
    return [OnnxTensor(shape: shape, elements: all.selecting(from))]
  }
}
