import Tensors

/// Sequences of tensors.
enum SequenceRules {
  static let table: [String: OperatorRule] = [
    "SplitToSequence": OperatorRule(split),
    "SequenceAt": OperatorRule(at),
    "SequenceConstruct": OperatorRule(construct),
    "SequenceEmpty": OperatorRule { _ throws(OnnxError) in [.unknown] },
    "SequenceInsert": OperatorRule(insert),
    "SequenceErase": OperatorRule { view throws(OnnxError) in [OnnxFact(type: view[0].type)] },
    "SequenceLength": OperatorRule { _ throws(OnnxError) in [OnnxFact(.number(.i64), [])] },
    "ConcatFromSequence": OperatorRule { view throws(OnnxError) in
      guard case .sequence(let item)? = view[0].type else { return [.unknown] }
      return [OnnxFact(item.elementType, nil)]
    },
  ]

  /// Parts of one size each: scalar `split`, or ones. An uneven last part leaves the size open.
  private static func split(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "input")
    guard let element = data.element else { return [.unknown] }
    guard let shape = data.shape else { return [OnnxFact(type: .sequence(.tensor(element, nil)))] }
    let axis = try view.axis(try view.node.int("axis", default: 0), rank: shape.count)
    var part = shape
    if !view.has(1), try view.node.int("keepdims", default: 1) == 0 {
      part.remove(at: axis)
    } else {
      let sizes = view.has(1) ? view[1].integers : [1]
      let isUniform = Set(sizes ?? []).count == 1
      let divides = sizes?.first.map { $0 > 0 && (shape[axis].size ?? 1) % $0 == 0 } ?? false
      part[axis] = isUniform && divides ? .known(sizes![0]) : .unknown
    }
    return [OnnxFact(type: .sequence(.tensor(element, part)))]
  }

  private static func at(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    guard case .sequence(let item)? = try view.required(0, "input_sequence").type else {
      return [.unknown]
    }
    return [OnnxFact(type: item)]
  }

  private static func construct(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    guard let element = view[0].element else { return [.unknown] }
    let shapes = view.inputs.map { $0?.shape }
    let same = shapes.allSatisfy { $0 == shapes[0] }
    return [OnnxFact(type: .sequence(.tensor(element, same ? shapes[0] : nil)))]
  }

  private static func insert(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    guard case .sequence(.tensor(let element, _))? = view[0].type else { return [.unknown] }
    return [OnnxFact(type: .sequence(.tensor(element, nil)))]
  }
}
