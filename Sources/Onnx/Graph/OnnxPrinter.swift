/// A graph as text, one value per line:
///
/// ```
/// input x: f32[N, 4]
/// w = f32[4]
/// y: f32[N, 4] = Add(x, w)
/// h: f32[1], - = Loop(n, , h0) body=
///   input i: i64[]
///   ...
/// output y
/// ```
///
/// Integer constants of up to 16 elements are printed, others only by their type.
package struct OnnxPrinter {
  private var text = ""

  private init() {}

  package static func text(_ graph: OnnxGraph) -> String {
    var printer = OnnxPrinter()
    printer.print(graph, indent: "")
    return printer.text
  }

  private mutating func print(_ graph: OnnxGraph, indent: String) {
    for input in graph.inputs + graph.defaultedInputs {
      line(indent, "input \(input.name): \(input.type?.text ?? "?")")
    }
    for (name, tensor) in graph.initializers.sorted(by: { $0.key < $1.key }) {
      line(indent, "\(name) = \(Self.text(tensor))")
    }
    for node in graph.nodes { print(node, in: graph, indent: indent) }
    for output in graph.outputs { line(indent, "output \(output.name)") }
  }

  private mutating func print(_ node: OnnxNode, in graph: OnnxGraph, indent: String) {
    let outputs = node.outputs.map { name in
      name.isEmpty ? "-" : "\(name): \(graph.valueInfos[name]?.text ?? "?")"
    }
    let attributes = node.attributes.sorted { $0.key < $1.key }.filter { !$0.value.isGraph }
      .map { " \($0.key)=\($0.value.text)" }
    let call = "\(node.opType)(\(node.inputs.joined(separator: ", ")))"
    line(indent, "\(outputs.joined(separator: ", ")) = \(call)\(attributes.joined())")
    for (name, body) in node.bodies {
      line(indent + "  ", "\(name):")
      print(body, indent: indent + "    ")
    }
  }

  private mutating func line(_ indent: String, _ content: String) {
    text += indent + content + "\n"
  }

  private static func text(_ tensor: OnnxTensor) -> String {
    guard tensor.count <= 16, let integers = tensor.elements.asInt64s() else {
      return tensor.type.text
    }
    return "\(tensor.type.text) \(integers)"
  }
}

extension OnnxAttribute {
  var isGraph: Bool { if case .graph = self { true } else { false } }
}
