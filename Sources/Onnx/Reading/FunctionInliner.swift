/// Replaces calls of the model's local functions by the functions' nodes.
///
/// Values inside get names of their own (`call.1/name`), so that two calls do not meet; attributes
/// of the call replace references to them. Works on the file's messages, before any check.
struct FunctionInliner {
  private struct Key: Hashable {
    var domain, name, overload: String
  }

  private var functions: [Key: ProtoFunction] = [:]
  private var count = 0
  private var serial = 0

  init(_ functions: [ProtoFunction], opsets: [String: Int]) throws(OnnxError) {
    for function in functions {
      let key = Key(
        domain: ModelReader.canonicalDomain(function.domain), name: function.name,
        overload: function.overload)
      guard self.functions.updateValue(function, forKey: key) == nil else {
        throw OnnxError(at: .file, "defines function \(onnxQuoted(function.name)) twice")
      }
      for entry in function.opsetImport where ModelReader.canonicalDomain(entry.domain).isEmpty {
        guard Int(entry.version) == opsets[""] else {
          throw OnnxError(
            at: .file,
            "function \(onnxQuoted(function.name)) is written for ai.onnx version "
              + "\(entry.version), the model for \(opsets[""] ?? 0)")
        }
      }
    }
  }

  /// The nodes with every call of a local function replaced, in bodies too.
  mutating func inline(_ nodes: [ProtoNode]) throws(OnnxError) -> [ProtoNode] {
    try inline(nodes, stack: [], depth: 0)
  }

  private mutating func inline(
    _ nodes: [ProtoNode], stack: [Key], depth: Int
  ) throws(OnnxError) -> [ProtoNode] {
    var result: [ProtoNode] = []
    for var node in nodes {
      count += 1
      guard count <= OnnxLimits.nodes else {
        throw OnnxError(at: .file, "has more than \(OnnxLimits.nodes) nodes")
      }
      let key = Key(
        domain: ModelReader.canonicalDomain(node.domain), name: node.opType,
        overload: node.overload)
      if let function = functions[key] {
        result += try call(function, key, by: node, stack: stack, depth: depth)
      } else {
        try inlineBodies(&node, stack: stack, depth: depth)
        result.append(node)
      }
    }
    return result
  }

  private mutating func inlineBodies(
    _ node: inout ProtoNode, stack: [Key], depth: Int
  ) throws(OnnxError) {
    for i in node.attribute.indices where node.attribute[i].isGraph {
      guard depth < OnnxLimits.graphDepth else {
        throw OnnxError(at: node.place, nestingMessage)
      }
      node.attribute[i].g.node = try inline(
        node.attribute[i].g.node, stack: stack, depth: depth + 1)
    }
  }

  private mutating func call(
    _ function: ProtoFunction, _ key: Key, by node: ProtoNode, stack: [Key], depth: Int
  ) throws(OnnxError) -> [ProtoNode] {
    guard !stack.contains(key) else {
      throw OnnxError(at: node.place, "function \(onnxQuoted(key.name)) calls itself")
    }
    guard stack.count < OnnxLimits.graphDepth else {
      throw OnnxError(at: node.place, nestingMessage)
    }
    serial += 1
    let prefix = "\(node.name.isEmpty ? node.opType : node.name).\(serial)/"
    let scope = try FunctionScope(function, call: node, prefix: prefix)
    var body = try scope.nodes()
    body += scope.identities
    return try inline(body, stack: stack + [key], depth: depth)
  }
}

let nestingMessage = "graphs and functions are nested deeper than \(OnnxLimits.graphDepth) levels"

extension ProtoAttribute {
  /// Bodies of If, Loop and Scan. Lists of graphs belong to no operator.
  var isGraph: Bool { type == .graph && hasG }
}

extension ProtoNode {
  var place: OnnxError.Place { .node(name: name.isEmpty ? opType : name, opType: opType) }
}
