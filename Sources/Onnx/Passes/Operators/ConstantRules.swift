import Tensors

/// Operators that make values out of attributes and shapes.
enum ConstantRules {
  static let table: [String: OperatorRule] = [
    "Constant": OperatorRule(constant),
    "ConstantOfShape": OperatorRule(constantOfShape, fold: foldConstantOfShape),
    "Shape": OperatorRule(shape),
    "Size": OperatorRule(size),
    "Range": OperatorRule(range, fold: foldRange),
    "Cast": OperatorRule(cast, fold: foldCast),
    "CastLike": OperatorRule(castLike),
    "Identity": OperatorRule(identity),
    "Dropout": OperatorRule(dropout),
    "EyeLike": OperatorRule(eyeLike),
  ]

  private static func constant(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let attributes = view.node.attributes
    guard attributes.count == 1, let attribute = attributes.first?.value else {
      throw view.fail("takes one attribute with its value, and has \(attributes.count)")
    }
    switch attribute {
    case .tensor(let tensor): return [OnnxFact(tensor)]
    case .int(let value): return [OnnxFact(.scalar(value))]
    case .ints(let values): return [OnnxFact(.vector(values))]
    case .float(let value): return [OnnxFact(OnnxTensor(shape: [], elements: .f32([value])))]
    case .floats(let values):
      return [OnnxFact(OnnxTensor(shape: [values.count], elements: .f32(values)))]
    case .string(let text): return [OnnxFact(OnnxTensor(shape: [], elements: .strings([text])))]
    case .strings(let texts):
      return [OnnxFact(OnnxTensor(shape: [texts.count], elements: .strings(texts)))]
    case .graph, .type, .types, .tensors:
      throw view.fail("its value is \(attribute.kind)")
    }
  }

  private static func constantOfShape(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let value = try filler(view)
    let input = try view.required(0, "input")
    let shape = try input.entries.map(view.checked)
    let rank = input.shape?.first?.size
    let unknown = rank.flatMap {
      $0 <= OnnxLimits.rank ? Array(repeating: OnnxDimension.unknown, count: $0) : nil
    }
    return [OnnxFact(value.elementType, shape ?? unknown)]
  }

  private static func filler(_ view: NodeView) throws(OnnxError) -> OnnxTensor {
    let value = try view.node.tensor("value") ?? OnnxTensor(shape: [1], elements: .f32([0]))
    guard value.count == 1 else { throw view.fail("fills with \(value.count) values, not one") }
    return value
  }

  private static func foldConstantOfShape(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let shape = inputs[0]?.elements.asInt64s()?.map({ Int($0) }),
      ConstantFolding.allows(shape, from: [])
    else { return nil }
    let count = shape.reduce(1, *)
    return [try filler(view).selecting(Array(repeating: 0, count: count), shape: shape)]
  }

  private static func shape(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    guard let shape = try view.required(0, "data").shape else {
      return [OnnxFact(.number(.i64), [.unknown])]
    }
    func clamped(_ index: Int) -> Int {
      min(max(index < 0 ? index &+ shape.count : index, 0), shape.count)
    }
    let start = clamped(try view.node.int("start", default: 0))
    let end = clamped(try view.node.int("end", default: shape.count))
    return [.computed(Array(shape[start..<max(start, end)]))]
  }

  private static func size(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    guard let shape = try view.required(0, "data").shape else {
      return [OnnxFact(.number(.i64), [])]
    }
    return [.computed([OnnxDimension.product(shape)], isScalar: true)]
  }

  private static func range(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let element = try view.required(0, "start").element
    if case .known(0)? = view[0].entries?.first, case .known(1)? = view[2].entries?.first,
      let limit = view[1].entries?.first
    {
      let size: OnnxDimension = limit.size.map { .known(max($0, 0)) } ?? limit
      return [OnnxFact(element, try view.checked([size]))]
    }
    return [OnnxFact(element, [.unknown])]
  }

  private static func foldRange(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    let numbers = inputs.compactMap { $0?.elements.asInt64s()?.first }
    guard numbers.count == 3, let first = inputs[0], case .number(let type) = first.elementType,
      numbers[2] != 0
    else { return nil }
    let (distance, overflow) = numbers[1].subtractingReportingOverflow(numbers[0])
    guard !overflow, numbers[2] != -1 || distance != .min else { return nil }
    let whole = distance / numbers[2]
    let count = max(
      Int(whole)
        + (distance % numbers[2] != 0 && whole >= 0 && (distance < 0) == (numbers[2] < 0) ? 1 : 0),
      0)
    guard ConstantFolding.allows([count], from: []) else { return nil }
    let values = (0..<Int64(count)).map { numbers[0] &+ $0 &* numbers[2] }
    return OnnxElements.wrapping(values, to: type).map {
      [OnnxTensor(shape: [count], elements: $0)]
    }
  }

  private static func cast(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let place = OnnxError.Place.node(name: view.node.name, opType: view.node.opType)
    let code = try view.node.int("to", default: 0)
    let type = try OnnxElementType.numbered(code, at: place)
    let input = try view.required(0, "input")
    let entries = type == .number(.i64) || type == .number(.i32) ? input.entries : nil
    return [OnnxFact(type: .tensor(type, input.shape), entries: entries)]
  }

  private static func foldCast(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs[0], case .number(let type)? = try cast(view)[0].element else { return nil }
    return x.elements.cast(to: type).map { [OnnxTensor(shape: x.shape, elements: $0)] }
  }

  private static func castLike(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    [OnnxFact(view[1].element, view[0].shape)]
  }

  private static func identity(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    [try view.required(0, "input")]
  }

  /// At inference it copies; its mask is all true.
  private static func dropout(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let data = try view.required(0, "data")
    return [OnnxFact(type: data.type), OnnxFact(.number(.bool), data.shape)]
  }

  private static func eyeLike(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    [OnnxFact(nil, view[0].shape)]
  }
}
