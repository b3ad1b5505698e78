import Diagnostics
import Tensors

/// Syntax tree to `Description`: keys, types and dimensions. Finds everything that is wrong with
/// them, not only the first.
package struct DescriptionReader {
  var diagnostics = DiagnosticList()
  var dims: [String: Int] = [:]
  let overrides: [Override]

  /// Reads the tree of a whole description. `name` is what a description without one is called.
  package static func read(
    _ root: SyntaxNode, defaultName: String, overrides: [Override] = []
  ) throws(InputError) -> Description {
    var reader = DescriptionReader(overrides: overrides)
    let description = reader.description(root, defaultName: defaultName)
    guard let description, !reader.diagnostics.hasErrors else {
      throw InputError(.malformed, reader.diagnostics.all)
    }
    reader.checkDimOverrides()
    reader.checkStructureOverrides(description)
    if reader.diagnostics.hasErrors { throw InputError(.request, reader.diagnostics.all) }
    return description
  }

  private init(overrides: [Override]) { self.overrides = overrides }

  mutating func report(
    _ span: SourceSpan, _ message: String, notes: [String] = [], help: [String] = []
  ) {
    diagnostics.append(.error(span, message, notes: notes, help: help))
  }
}

/// The fixed maps of a description.
enum DescriptionKeys {
  enum Top: String, CaseIterable {
    case format, name, weights, layout, dims, stream, inputs, layers, outputs
  }

  static let required: [Top] = [.format, .inputs, .layers, .outputs]
  /// The format that this reader reads.
  static let format = 1

  static let stream = [KeyRule("rate", .number(.positive))]
  static let initialisation = [
    KeyRule("init", .word(["uniform"])), KeyRule("seed", .seed, .optional(.integer(0))),
  ]
  static let input = [
    KeyRule("type", .word(elementTypes.map(\.rawValue)), .optional(.word("f32"))),
    KeyRule("shape", .shape),
  ]
  static let output = [KeyRule("from", .name), KeyRule("labels", .labels, .optional(nil))]
  static let elementTypes: [ElementType] = [.f32, .i32, .u8, .u16, .i64]
}

extension DescriptionReader {
  private mutating func description(_ root: SyntaxNode, defaultName: String) -> Description? {
    guard let top = topLevel(root) else { return nil }
    checkFormat(top[.format])
    readDims(top[.dims])
    return Description(
      name: name(top[.name]) ?? defaultName, weights: weights(top[.weights]),
      layout: layout(top[.layout]) ?? .pytorch, dims: dims, rate: rate(top[.stream]),
      inputs: inputs(top[.inputs]), layers: layers(top[.layers]), outputs: outputs(top[.outputs]),
      span: root.span)
  }

  private mutating func topLevel(_ root: SyntaxNode) -> [DescriptionKeys.Top: SyntaxNode]? {
    let keys = DescriptionKeys.Top.allCases.map(\.rawValue)
    guard let entries = root.entries else {
      report(root.span, "a description is a map with the keys \(choices(keys, "and"))")
      return nil
    }
    var top: [DescriptionKeys.Top: SyntaxNode] = [:]
    for entry in entries {
      guard let key = DescriptionKeys.Top(rawValue: entry.key) else {
        reportUnknown(entry, among: keys)
        continue
      }
      top[key] = entry.value
    }
    for key in DescriptionKeys.required where top[key] == nil {
      report(root.span, "the key '\(key.rawValue)' is missing", help: missingHelp(key))
    }
    return top
  }

  private func missingHelp(_ key: DescriptionKeys.Top) -> [String] {
    key == .format ? ["write 'format: 1'"] : []
  }

  private mutating func checkFormat(_ node: SyntaxNode?) {
    guard let node, node.plainText != "\(DescriptionKeys.format)" else { return }
    report(
      node.span, "'format' is \(node.phrase), and this version reads format 1",
      help: ["write 'format: 1'"])
  }

  private mutating func name(_ node: SyntaxNode?) -> String? {
    guard let node else { return nil }
    return checkedName(node, what: "the model's name")?.text
  }

  private mutating func layout(_ node: SyntaxNode?) -> Layout? {
    guard let node else { return nil }
    let rule = ValueRule.word(Layout.allCases.map(\.rawValue))
    guard case .word(let word)? = value(of: node, by: rule, subject: "'layout'") else { return nil }
    return Layout(rawValue: word)
  }

  private mutating func rate(_ node: SyntaxNode?) -> Double? {
    guard let node else { return nil }
    return fields(of: node, by: DescriptionKeys.stream, subject: "stream")?.number("rate")
  }

  private mutating func weights(_ node: SyntaxNode?) -> Description.Weights? {
    guard let node else { return nil }
    if let path = node.text { return .file(Name(path, span: node.span)) }
    guard node.entries != nil else {
      report(
        node.span, "'weights' takes the name of a file or {init: uniform}, not \(node.phrase)")
      return nil
    }
    let fields = fields(of: node, by: DescriptionKeys.initialisation, subject: "weights")
    guard let seed = fields?.integer("seed") else { return nil }
    return .uniform(seed: UInt64(seed), span: node.span)
  }

  private mutating func inputs(_ node: SyntaxNode?) -> [Description.Input] {
    namedEntries(node, of: "inputs", each: "an input").compactMap { name, value in
      let fields = fields(of: value, by: DescriptionKeys.input, subject: "input '\(name.text)'")
      guard let fields, let type = fields.word("type"), let shape = fields.integers("shape") else {
        return nil
      }
      return Description.Input(
        name: name, element: ElementType(rawValue: type)!, shape: shape,
        typeSpan: fields.span("type") ?? name.span)
    }
  }

  private mutating func outputs(_ node: SyntaxNode?) -> [Description.Output] {
    namedEntries(node, of: "outputs", each: "an output").compactMap { name, value in
      let fields = fields(of: value, by: DescriptionKeys.output, subject: "output '\(name.text)'")
      guard let from = fields?.names("from")?.first else { return nil }
      return Description.Output(
        name: name, from: from, labels: fields?.names("labels")?.map(\.text) ?? [],
        labelsSpan: fields?.span("labels") ?? name.span)
    }
  }

  /// The entries of `inputs:` or `outputs:`, with checked names.
  private mutating func namedEntries(
    _ node: SyntaxNode?, of key: String, each: String
  ) -> [(Name, SyntaxNode)] {
    guard let node else { return [] }
    guard let entries = node.entries, !entries.isEmpty else {
      report(node.span, "'\(key)' takes a map from names to {...}, not \(node.phrase)")
      return []
    }
    return entries.compactMap { entry in
      checkedName(entry.key, entry.keySpan, what: "the name of \(each)").map { ($0, entry.value) }
    }
  }
}
