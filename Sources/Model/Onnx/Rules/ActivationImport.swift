import IR
import Onnx

/// Functions of one number.
enum ActivationImport {
  static let rules: [String: ImportRule] = {
    var rules: [String: ImportRule] = [:]
    for opType in words.keys { rules[opType] = ImportRule(plain) }
    rules["Gelu"] = ImportRule(gelu)
    rules["LeakyRelu"] = ImportRule(leakyRelu)
    rules["Elu"] = ImportRule(elu)
    rules["HardSigmoid"] = ImportRule(hardSigmoid)
    rules["Clip"] = ImportRule(clip)
    rules["PRelu"] = ImportRule(prelu)
    rules["Softmax"] = ImportRule(softmax)
    rules["LogSoftmax"] = ImportRule(softmax)
    return rules
  }()

  private static let words: [String: Activation.Function] = [
    "Relu": .relu, "Tanh": .tanh, "Sigmoid": .sigmoid, "Softplus": .softplus,
    "Softsign": .softsign, "Exp": .exp, "Sqrt": .sqrt, "Abs": .abs, "Log": .log,
  ]

  private static func plain(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    guard let word = words[node.opType] else { throw OnnxError(node, "is no activation") }
    try apply(Activation(word), &builder, node)
  }

  /// An activation layer, or the `activation` of the linear layer before.
  private static func apply(
    _ activation: Activation, _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    let (value, source) = try builder.elements(node, 0)
    let word = activation.function.rawValue
    let isDefault = activation == Activation(activation.function)
    if isDefault, builder.isReadOnce(node.inputs[0]), builder.kind(of: source) == "linear",
      builder.key("activation", of: source) == nil, !builder.isShared(source)
    {
      builder.setKey("activation", word, of: source)
      builder.set(node, value)
      return
    }
    var keys = [("kind", word)]
    if let parameter = activation.function.parameter, !isDefault {
      keys.append((parameter.key, "\(activation.parameter)"))
    }
    let layer = builder.layer("activation", for: node, from: [source], keys)
    builder.set(node, value.replaced(by: layer))
  }

  private static func gelu(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    guard try node.string("approximate", default: "none") == "none" else {
      throw OnnxError(node, "is the approximation by tanh; a description has the exact function")
    }
    try apply(Activation(.gelu), &builder, node)
  }

  private static func leakyRelu(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    let alpha = try node.float("alpha", default: 0.01)
    try apply(Activation(.leakyRelu, parameter: alpha), &builder, node)
  }

  private static func elu(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let alpha = try node.float("alpha", default: 1)
    try apply(Activation(.elu, parameter: alpha), &builder, node)
  }

  private static func hardSigmoid(
    _ builder: inout ImportBuilder, _ node: OnnxNode
  ) throws(OnnxError) {
    let alpha = try node.float("alpha", default: 0.2)
    let beta = try node.float("beta", default: 0.5)
    guard let word = hardSigmoid(alpha: alpha, beta: beta) else {
      throw OnnxError(
        node, "has alpha \(alpha) and beta \(beta); a description has 0.2 or 1/6, and 0.5")
    }
    try apply(Activation(word), &builder, node)
  }

  static func hardSigmoid(alpha: Float, beta: Float) -> Activation.Function? {
    guard beta == 0.5 else { return nil }
    if alpha == 0.2 { return .hardSigmoid02 }
    return abs(alpha - 1 / 6) < 1e-6 ? .hardSigmoid : nil
  }

  /// Clip between 0 and a maximum; other limits have no activation.
  private static func clip(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    func limit(_ key: String, _ index: Int) throws(OnnxError) -> Float? {
      if let value = try node.optionalFloat(key) { return value }
      guard let name = node.input(index) else { return nil }
      guard case .f32(let values)? = builder.constant(name)?.elements, values.count == 1 else {
        throw OnnxError(node, input: index, key, "is no constant number")
      }
      return values[0]
    }
    let low = try limit("min", 1)
    let high = try limit("max", 2)
    switch (low, high) {
    case (0?, nil): try apply(Activation(.relu), &builder, node)
    case (0?, let high?) where high > 0 && high < .greatestFiniteMagnitude:
      try apply(Activation(.clippedRelu, parameter: high), &builder, node)
    default:
      throw OnnxError(node, "clips between other limits than 0 and a positive number")
    }
  }

  private static func prelu(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let (value, axis, source) = try builder.vector(node, 0)
    guard let slope = builder.constant(node.input(1)) else {
      throw OnnxError(node, input: 1, "slope", "is not constant")
    }
    let numbers = try builder.floats(slope, node, 1, "slope")
    let wide = slope.shape.indices.filter { slope.shape[$0] != 1 }
    let place = value.axes.count - slope.shape.count
    guard numbers.count == 1 || wide.count == 1 && wide[0] + place == axis else {
      throw OnnxError(
        node, input: 1, "slope", "has shape \(slope.shape), not one number per element")
    }
    let layer = builder.layer("activation", for: node, from: [source], [("kind", "prelu")])
    builder.addTensor("\(layer).weight", numbers, shape: [numbers.count])
    builder.set(node, value.replaced(by: layer))
  }

  private static func softmax(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let (value, axis, source) = try builder.vector(node, 0)
    let rank = value.axes.count
    let given = try node.int("axis", default: builder.model.opset < 13 ? 1 : -1)
    // Before version 13 everything from the axis on was one vector.
    let first = given < 0 ? given + rank : given
    let isWhole =
      builder.model.opset < 13
      ? value.axes.indices.filter({ $0 >= first }).allSatisfy {
        $0 == axis || value.axes[$0] == .unit
      }
        && first <= axis
      : first == axis
    guard isWhole else { throw OnnxError(node, "runs along another axis than the vectors'") }
    let kind = node.opType == "Softmax" ? "softmax" : "log_softmax"
    builder.set(node, value.replaced(by: builder.layer(kind, for: node, from: [source])))
  }
}
