/// One model message to an `OnnxModel`.
struct ModelReader {
  let file: String
  let external: ExternalData

  mutating func read(_ proto: ProtoModel) throws(OnnxError) -> OnnxModel {
    guard proto.hasGraph else {
      throw OnnxError(at: .file, "has no graph: it is not an ONNX model, or a damaged one")
    }
    let opsets = try Self.opsets(proto.opsetImport)
    var inliner = try FunctionInliner(proto.functions, opsets: opsets)
    let nodes = try inliner.inline(proto.graph.node)
    let reader = GraphReader(
      opsets: opsets, irVersion: proto.irVersion, tensors: TensorReader(external: external))
    let (graph, free) = try reader.read(proto.graph, nodes: nodes, depth: 0)
    if let missing = free.min(by: { $0.value.order < $1.value.order }) {
      let message =
        missing.value.place == .value(missing.key)
        ? "is an output that nothing writes"
        : "reads \(onnxQuoted(missing.key)), which nothing writes"
      throw OnnxError(at: missing.value.place, message)
    }
    return OnnxModel(
      file: file, irVersion: proto.irVersion, producerName: proto.producerName,
      producerVersion: proto.producerVersion, opsets: opsets,
      metadata: Dictionary(
        proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }),
      graph: graph)
  }

  /// Versions by domain, with "ai.onnx" written as "".
  static func opsets(_ imports: [ProtoOperatorSet]) throws(OnnxError) -> [String: Int] {
    var result: [String: Int] = [:]
    for entry in imports {
      let domain = canonicalDomain(entry.domain)
      guard result.updateValue(Int(entry.version), forKey: domain) == nil else {
        throw OnnxError(at: .file, "imports operator set \(onnxQuoted(entry.domain)) twice")
      }
    }
    let known = OnnxLimits.opsets
    guard let version = result[""] else {
      throw OnnxError(
        at: .file, "imports no operator set of ai.onnx",
        help: ["versions \(known.lowerBound) to \(known.upperBound) are read"])
    }
    guard known.contains(version) else {
      throw OnnxError(
        at: .file, "unknown operator set: ai.onnx version \(version)",
        help: ["versions \(known.lowerBound) to \(known.upperBound) are read"])
    }
    return result
  }

  static func canonicalDomain(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }
}
