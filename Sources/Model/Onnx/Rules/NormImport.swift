import Onnx

/// Normalizations with trained scale and shift.
enum NormImport {
  static let rules: [String: ImportRule] = [
    "LayerNormalization": ImportRule(layer), "BatchNormalization": ImportRule(batch),
  ]

  private static func vector(
    _ builder: ImportBuilder, _ node: OnnxNode, _ index: Int, _ parameter: String, width: Int
  ) throws(OnnxError) -> [Float] {
    guard let tensor = builder.constant(node.input(index)), tensor.count == width else {
      throw OnnxError(node, input: index, parameter, "is no constant vector of \(width) numbers")
    }
    return try builder.floats(tensor, node, index, parameter)
  }

  private static func layer(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let (value, axis, source) = try builder.vector(node, 0)
    let given = try node.int("axis", default: -1)
    guard axis == value.axes.count - 1, given == -1 || given == axis,
      node.output(1) == nil, node.output(2) == nil
    else { throw OnnxError(node, "normalizes other axes than the vectors'") }
    let scale = try vector(builder, node, 1, "Scale", width: value.width)
    let shift =
      node.input(2) == nil
      ? Array(repeating: 0, count: value.width)
      : try vector(builder, node, 2, "B", width: value.width)
    let epsilon = try node.float("epsilon", default: 1e-5)
    let name = builder.layer("layer_norm", for: node, from: [source], [("eps", "\(epsilon)")])
    builder.addTensor("\(name).weight", scale, shape: [value.width])
    builder.addTensor("\(name).bias", shift, shape: [value.width])
    builder.set(node, value.replaced(by: name))
  }

  private static func batch(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let (value, axis, source) = try builder.vector(node, 0)
    guard axis == 1, try node.int("training_mode", default: 0) == 0 else {
      throw OnnxError(node, "normalizes another axis than the vectors', or trains")
    }
    let names = [
      ("weight", "scale"), ("bias", "B"), ("running_mean", "input_mean"),
      ("running_var", "input_var"),
    ]
    var tensors: [(String, [Float])] = []
    for (index, (name, parameter)) in names.enumerated() {
      let numbers = try vector(builder, node, index + 1, parameter, width: value.width)
      tensors.append((name, numbers))
    }
    let epsilon = try node.float("epsilon", default: 1e-5)
    let layer = builder.layer("batch_norm", for: node, from: [source], [("eps", "\(epsilon)")])
    for (name, numbers) in tensors {
      builder.addTensor("\(layer).\(name)", numbers, shape: [value.width])
    }
    builder.set(node, value.replaced(by: layer))
  }
}
