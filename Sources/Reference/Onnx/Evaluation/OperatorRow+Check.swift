import Onnx

extension OperatorRow {
  /// Refuses a node that this operator does not have in `opset`.
  func check(_ node: OnnxNode, opset: Int) throws(OnnxError) {
    guard opset >= since else {
      throw OnnxError(
        node, "\(name) exists since opset \(since), and the model declares opset \(opset)")
    }
    try checkInputs(node, opset)
    guard outputs.contains(node.outputs.count) else {
      throw OnnxError(node, "has \(node.outputs.count) outputs, not \(Self.words(outputs))")
    }
    try checkAttributes(node, opset)
  }

  private func checkInputs(_ node: OnnxNode, _ opset: Int) throws(OnnxError) {
    let known = inputs.filter { $0.exists(in: opset) }
    let most = known.contains(where: \.isRepeated) ? Int.max : known.count
    guard node.inputs.count <= most else {
      throw OnnxError(
        node, "has \(node.inputs.count) inputs; \(name) of opset \(opset) takes \(most)")
    }
    for (index, word) in known.enumerated() where !word.isOptional && !word.isRepeated {
      guard node.input(index) != nil else {
        throw OnnxError(node, input: index, word.name, "is missing")
      }
    }
  }

  private func checkAttributes(_ node: OnnxNode, _ opset: Int) throws(OnnxError) {
    for key in node.attributes.keys.sorted() {
      let found = attributes.first { $0.name == key }
      guard let found else {
        let known = attributes.filter { $0.exists(in: opset) }.map(\.name)
        throw OnnxError(
          node, "attribute \(onnxQuoted(key)) is not supported",
          help: known.isEmpty ? [] : ["\(name) takes \(known.joined(separator: ", "))"])
      }
      guard found.exists(in: opset) else {
        throw OnnxError(node, "attribute '\(key)' does not exist in opset \(opset)")
      }
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    if range.lowerBound == range.upperBound { return "\(range.lowerBound)" }
    if range.upperBound == .max { return "\(range.lowerBound) or more" }
    return "\(range.lowerBound) to \(range.upperBound)"
  }
}
