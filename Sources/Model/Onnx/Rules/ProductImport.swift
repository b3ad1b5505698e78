import Onnx

/// Products of steps with constant matrices: linear layers.
enum ProductImport {
  static let rules: [String: ImportRule] = ["MatMul": ImportRule(matMul), "Gemm": ImportRule(gemm)]

  /// x [..., I] w [I, O].
  private static func matMul(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    guard let weights = builder.constant(node.input(1)) else {
      throw OnnxError(
        node, "multiplies two values of the graph; a linear layer has a constant matrix")
    }
    let (value, axis, source) = try builder.vector(node, 0)
    guard axis == value.axes.count - 1, weights.shape.count == 2, weights.shape[0] == value.width
    else {
      throw OnnxError(
        node, "multiplies axes \(builder.axesText(value)) with a matrix \(weights.shape)")
    }
    let (columns, rows) = (weights.shape[0], weights.shape[1])
    let turned = transposed(
      try builder.floats(weights, node, 1, "B"), rows: columns, columns: rows)
    let layer = builder.layer(
      "linear", for: node, from: [source], [("out", "\(rows)"), ("bias", "false")])
    builder.addMatrix(turned, rows: rows, columns: columns, of: layer)
    builder.set(node, value.replaced(by: layer, width: rows))
  }

  /// alpha a w + beta c, a [N, I].
  private static func gemm(_ builder: inout ImportBuilder, _ node: OnnxNode) throws(OnnxError) {
    let (value, axis, source) = try builder.vector(node, 0)
    guard let weights = builder.constant(node.input(1)), weights.shape.count == 2 else {
      throw OnnxError(
        node, "multiplies two values of the graph; a linear layer has a constant matrix")
    }
    guard axis == 1, value.axes.count == 2, try node.int("transA", default: 0) == 0 else {
      throw OnnxError(node, "multiplies axes \(builder.axesText(value)), not [steps, vector]")
    }
    let isTurned = try node.int("transB", default: 0) != 0
    var matrix = try builder.floats(weights, node, 1, "B")
    if !isTurned {
      matrix = transposed(matrix, rows: weights.shape[0], columns: weights.shape[1])
    }
    let (rows, columns) =
      isTurned ? (weights.shape[0], weights.shape[1]) : (weights.shape[1], weights.shape[0])
    let alpha = try node.float("alpha", default: 1)
    var keys = [("out", "\(rows)")]
    var bias: [Float]?
    if let name = node.input(2) {
      guard let tensor = builder.constant(name), rows % max(tensor.count, 1) == 0,
        tensor.shape.dropLast().allSatisfy({ $0 == 1 }), [1, rows].contains(tensor.count)
      else { throw OnnxError(node, input: 2, "C", "is no constant vector") }
      let beta = try node.float("beta", default: 1)
      let values = try builder.floats(tensor, node, 2, "C").map { beta * $0 }
      bias = values.count == rows ? values : Array(repeating: values[0], count: rows)
    } else {
      keys.append(("bias", "false"))
    }
    let layer = builder.layer("linear", for: node, from: [source], keys)
    builder.addMatrix(
      alpha == 1 ? matrix : matrix.map { alpha * $0 }, rows: rows, columns: columns, of: layer)
    if let bias { builder.addTensor("\(layer).bias", bias, shape: [rows]) }
    builder.set(node, value.replaced(by: layer, width: rows))
  }

  /// [rows, columns] to [columns, rows].
  static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<columns).flatMap { c in (0..<rows).map { values[$0 * columns + c] } }
  }
}

extension ImportBuilder {
  /// A linear layer's matrix, in the form of the structure that it has.
  mutating func addMatrix(_ values: [Float], rows: Int, columns: Int, of layer: String) {
    if let found = FoundStructure([values], rows: rows, columns: columns) {
      setKey("weight", found.text, of: layer)
      addTensor("\(layer).weight_blocks", found.stored, shape: found.shape)
    } else {
      addTensor("\(layer).weight", values, shape: [rows, columns])
    }
  }

  /// A constant's numbers, which must be f32.
  func floats(
    _ tensor: OnnxTensor, _ node: OnnxNode, _ index: Int, _ parameter: String
  ) throws(OnnxError) -> [Float] {
    guard case .f32(let values) = tensor.elements else {
      throw OnnxError(
        node, input: index, parameter, "is \(tensor.elementType.text); only f32 is imported")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw OnnxError(node, input: index, parameter, "holds a number that is not finite")
    }
    return values
  }
}
