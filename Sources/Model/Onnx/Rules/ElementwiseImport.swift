import Onnx

/// Sums and products of two values, or of a value and a constant.
enum ElementwiseImport {
  static let rules: [String: ImportRule] = [
    "Add": ImportRule(add), "Sub": ImportRule(subtract), "Mul": ImportRule(multiply),
    "Div": ImportRule(divide), "Neg": ImportRule(negate), "Pow": ImportRule(power),
    "Sum": ImportRule(add),
  ]

  // MARK: With constants

  /// A constant over one step's vector: one number, or one for each element.
  private enum StepConstant {
    case scalar(Float)
    case vector([Float])

    func map(_ change: (Float) -> Float) -> StepConstant {
      switch self {
      case .scalar(let number): .scalar(change(number))
      case .vector(let numbers): .vector(numbers.map(change))
      }
    }
  }

  /// The node's constant operand, where it has one, with its index.
  private static func constant(
    _ builder: ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) -> (StepConstant, index: Int)? {
    guard node.inputs.count == 2 else { return nil }
    for index in 0...1 {
      guard let tensor = builder.constant(node.input(index)) else { continue }
      let numbers = try builder.floats(tensor, node, index, node.inputs[index])
      if numbers.count == 1 { return (.scalar(numbers[0]), index) }
      let (value, axis, _) = try builder.vector(node, 1 - index)
      let missing = value.axes.count - tensor.shape.count
      let wide = tensor.shape.indices.filter { tensor.shape[$0] != 1 }
      guard wide.count == 1, wide[0] + missing == axis, numbers.count == value.width else {
        throw OnnxError(
          node, input: index, node.inputs[index],
          "has shape \(tensor.shape), which is not one number for each of \(value.width) elements")
      }
      return (.vector(numbers), index)
    }
    return nil
  }

  /// factor * x + offset as a layer: `scale` for numbers, a diagonal linear layer for vectors.
  private static func affine(
    _ factor: StepConstant, _ offset: StepConstant, of index: Int, _ builder: inout ImportBuilder,
    _ node: OnnxNode
  ) throws(OnnxError) {
    let (value, source) = try builder.elements(node, index)
    if case .scalar(let by) = factor, case .scalar(let plus) = offset {
      let keys = [("by", number(by))] + (plus == 0 ? [] : [("offset", number(plus))])
      builder.set(node, value.replaced(by: builder.layer("scale", for: node, from: [source], keys)))
      return
    }
    let numbers = [factor, offset].map { constant -> [Float] in
      switch constant {
      case .scalar(let number): Array(repeating: number, count: value.width)
      case .vector(let numbers): numbers
      }
    }
    let hasBias = numbers[1].contains { $0 != 0 }
    let layer = builder.layer(
      "linear", for: node, from: [source],
      [("out", "\(value.width)"), ("weight", "{structure: diagonal}")]
        + (hasBias ? [] : [("bias", "false")]))
    builder.addTensor("\(layer).weight_blocks", numbers[0], shape: [value.width])
    if hasBias { builder.addTensor("\(layer).bias", numbers[1], shape: [value.width]) }
    builder.set(node, value.replaced(by: layer))
  }

  private static func number(_ value: Float) -> String { "\(value)" }

  // MARK: Operators

  private static func add(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    guard let (offset, index) = try constant(builder, node) else {
      try join("add", &builder, node)
      return
    }
    if try giveBias(offset, to: 1 - index, &builder, node) { return }
    try affine(.scalar(1), offset, of: 1 - index, &builder, node)
  }

  /// Makes the constant the bias of the linear layer before, if nobody else reads that.
  private static func giveBias(
    _ offset: StepConstant, to index: Int, _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) -> Bool {
    let (value, source) = try builder.elements(node, index)
    guard builder.isReadOnce(node.inputs[index]), builder.kind(of: source) == "linear",
      builder.key("bias", of: source) == "false", builder.key("activation", of: source) == nil,
      !builder.isShared(source)
    else { return false }
    let bias: [Float]
    switch offset {
    case .scalar(let number): bias = Array(repeating: number, count: value.width)
    case .vector(let numbers): bias = numbers
    }
    builder.setKey("bias", nil, of: source)
    builder.addTensor("\(source).bias", bias, shape: [value.width])
    builder.set(node, value)
    return true
  }

  private static func subtract(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    if let (constant, index) = try constant(builder, node) {
      if index == 0 {
        try affine(.scalar(-1), constant, of: 1, &builder, node)
      } else if try !giveBias(constant.map { -$0 }, to: 0, &builder, node) {
        try affine(.scalar(1), constant.map { -$0 }, of: 0, &builder, node)
      }
      return
    }
    let (_, source) = try builder.elements(node, 1)
    let negated = builder.layer("scale", for: node, from: [source], [("by", "-1.0")])
    try join("add", &builder, node, instead: (1, negated))
  }

  private static func multiply(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    guard let (factor, index) = try constant(builder, node) else {
      try join("multiply", &builder, node)
      return
    }
    try affine(factor, .scalar(0), of: 1 - index, &builder, node)
  }

  private static func divide(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    guard let (divisor, index) = try constant(builder, node), index == 1 else {
      throw OnnxError(node, "divides by a value of the graph, which no layer of a description does")
    }
    let factor = divisor.map { 1 / $0 }
    if case .vector(let numbers) = factor, !numbers.allSatisfy(\.isFinite) {
      throw OnnxError(node, "divides by zero")
    }
    if case .scalar(let number) = factor, !number.isFinite {
      throw OnnxError(node, "divides by zero")
    }
    try affine(factor, .scalar(0), of: 0, &builder, node)
  }

  private static func negate(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    try affine(.scalar(-1), .scalar(0), of: 0, &builder, node)
  }

  private static func power(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let exponent = builder.constant(node.input(1))?.elements.asDoubles()
    let (value, source) = try builder.elements(node, 0)
    let words = [2.0: "square", 0.5: "sqrt"]
    guard let exponent, exponent.count == 1, let word = words[exponent[0]] else {
      throw OnnxError(node, "is a power that no activation of a description is")
    }
    let layer = builder.layer("activation", for: node, from: [source], [("kind", word)])
    builder.set(node, value.replaced(by: layer))
  }

  /// Two or more values element by element. `instead`: another layer for one of the operands.
  private static func join(
    _ kind: String, _ builder: inout ImportBuilder, _ node: OnnxNode,
    instead: (index: Int, layer: String)? = nil
  ) throws(OnnxError) {
    var sources: [String] = []
    var values: [StepValue] = []
    for index in node.inputs.indices {
      let (value, source) = try builder.elements(node, index)
      values.append(value)
      sources.append(instead?.index == index ? instead!.layer : source)
    }
    guard let first = values.first, sources.count > 1 else {
      throw OnnxError(node, "takes two values or more")
    }
    guard values.allSatisfy({ $0.width == first.width && $0.parts == first.parts }) else {
      throw OnnxError(node, "repeats a vector along another, which no layer of a description does")
    }
    var axes = first.axes
    for value in values.dropFirst() {
      guard let both = aligned(axes, value.axes) else {
        throw OnnxError(
          node,
          "takes values with the axes \(builder.axesText(first)) and "
            + "\(builder.axesText(value))")
      }
      axes = both
    }
    guard values.allSatisfy({ $0.isFinal == first.isFinal }) else {
      throw OnnxError(node, "takes all steps of one value and the last step of another")
    }
    let layer = builder.layer(kind, for: node, from: sources)
    var result = first.replaced(by: layer)
    result.axes = axes
    builder.set(node, result)
  }

  /// The axes of a broadcast result; nil where axes of different meaning meet.
  private static func aligned(_ a: [StepAxis], _ b: [StepAxis]) -> [StepAxis]? {
    let rank = max(a.count, b.count)
    let left = Array(repeating: StepAxis.unit, count: rank - a.count) + a
    let right = Array(repeating: StepAxis.unit, count: rank - b.count) + b
    var result: [StepAxis] = []
    for (x, y) in zip(left, right) {
      guard x == y || x == .unit || y == .unit else { return nil }
      guard !(x == .unit && y.isFeature), !(y == .unit && x.isFeature) else { return nil }
      result.append(x == .unit ? y : x)
    }
    return result
  }
}
