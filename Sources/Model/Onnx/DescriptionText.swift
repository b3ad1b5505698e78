import Onnx
import Tensors

/// A description while it is written: names that are unique, layers in order, their tensors.
struct DescriptionText {
  private struct Layer {
    var kind: String
    var name: String
    var from: [String]
    var keys: [(key: String, value: String)]
    var origin: String
  }

  private let model: OnnxModel
  private let name: String
  private var inputs: [(name: String, text: String)] = []
  private var layers: [Layer] = []
  private var places: [String: Int] = [:]
  private var outputs: [(name: String, from: String)] = []
  private var taken: Set<String> = []
  private(set) var tensors: [(String, Tensor)] = []

  init(model: OnnxModel, name: String) {
    self.model = model
    self.name = name
  }

  var origins: [ImportedModel.Layer] {
    layers.map { layer in
      let structures = layer.keys.filter { ["input", "recurrent", "weight"].contains($0.key) }
      let text = structures.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      return ImportedModel.Layer(
        name: layer.name, kind: layer.kind, structure: text, origin: layer.origin)
    }
  }

  // MARK: Adding

  /// `width` nil: a scalar per step.
  mutating func addInput(_ graphName: String, element: ElementType, width: Int?) -> String {
    let name = unique(Self.word(graphName))
    let shape = width.map { "[\($0)]" } ?? "[]"
    inputs.append((name, "{type: \(element.rawValue), shape: \(shape)}"))
    return name
  }

  /// Outputs have names of their own: one may be called as a layer is.
  mutating func addOutput(_ graphName: String, from source: String) -> String {
    let base = Self.word(graphName)
    var name = base
    var count = 1
    while outputs.contains(where: { $0.name == name }) {
      count += 1
      name = "\(base)_\(count)"
    }
    outputs.append((name, source))
    return name
  }

  mutating func addLayer(
    _ kind: String, word: String, from: [String], keys: [(String, String)], origin: String
  ) -> String {
    let name = unique(word)
    places[name] = layers.count
    layers.append(
      Layer(kind: kind, name: name, from: from, keys: keys.map { ($0.0, $0.1) }, origin: origin))
    return name
  }

  mutating func addTensor(_ name: String, _ values: [Float], shape: [Int]) {
    tensors.append((name, Tensor(values, shape: shape)))
  }

  /// nil takes the key away.
  mutating func setKey(_ key: String, _ value: String?, of layer: String) {
    guard let place = places[layer] else { return }
    let index = layers[place].keys.firstIndex { $0.key == key }
    switch (index, value) {
    case (let index?, let value?): layers[place].keys[index].value = value
    case (let index?, nil): layers[place].keys.remove(at: index)
    case (nil, let value?): layers[place].keys.append((key, value))
    case (nil, nil): break
    }
  }

  func key(_ key: String, of layer: String) -> String? {
    places[layer].flatMap { layers[$0].keys.first { $0.key == key }?.value }
  }

  func kind(of layer: String) -> String? { places[layer].map { layers[$0].kind } }

  /// How many layers read it so far.
  func readers(of layer: String) -> Int { layers.count { $0.from.contains(layer) } }

  func isInput(_ name: String) -> Bool { inputs.contains { $0.name == name } }

  // MARK: Names

  private mutating func unique(_ word: String) -> String {
    var name = word
    var count = 1
    while !taken.insert(name).inserted {
      count += 1
      name = "\(word)_\(count)"
    }
    return name
  }

  /// `/rnn/LSTM_1` is rnn_1, `/fc1/MatMul` is fc1, `head` is head; a name that only says the
  /// operator becomes the layer's kind.
  static func layerWord(_ nodeName: String, opType: String, kind: String) -> String {
    var parts = nodeName.split(whereSeparator: { "/:".contains($0) }).map(String.init)
    guard let last = parts.popLast() else { return kind }
    let number = last.split(separator: "_").last.map(String.init) ?? ""
    let isNumbered = !number.isEmpty && number.allSatisfy(\.isNumber)
    let plain = isNumbered ? String(last.dropLast(number.count + 1)) : last
    let isMadeUp =
      plain.lowercased().hasPrefix("node_") || plain.lowercased() == opType.lowercased()
    if !isMadeUp { return word(last) }
    return parts.last.map { word($0 + (isNumbered ? "_\(number)" : "")) } ?? kind
  }

  /// A name that descriptions accept, and that YAML takes for a text.
  static func word(_ text: String) -> String {
    let mapped = text.map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
        ? character : "_"
    }
    var word = String(mapped.prefix(100))
    while word.hasPrefix("_") || word.hasPrefix("-") { word.removeFirst() }
    while word.hasSuffix("_") { word.removeLast() }
    let reserved = ["", "true", "false", "null", "none"]
    guard !reserved.contains(word.lowercased()), word.first?.isLetter == true else {
      return word.isEmpty ? "value" : "v_" + word
    }
    return word
  }

  // MARK: Text

  var yaml: String {
    let producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }
    let origin = producer.isEmpty ? "" : " by \(producer.joined(separator: " "))"
    var lines = [
      "# Imported from ONNX\(Self.printable(origin)), ai.onnx \(model.opset).", "format: 1",
      "name: \(name)",
    ]
    if !tensors.isEmpty { lines += ["weights: \(name).safetensors", "layout: pytorch"] }
    lines.append("inputs:")
    lines += inputs.map { "  \($0.name): \($0.text)" }
    lines.append("layers:")
    var before = inputs.count == 1 ? inputs[0].name : nil
    for layer in layers {
      lines.append("  - \(layer.kind): \(layer.name)")
      if layer.from.count > 1 {
        lines.append("    from: [\(layer.from.joined(separator: ", "))]")
      } else if layer.from.first != before, let source = layer.from.first {
        lines.append("    from: \(source)")
      }
      lines += layer.keys.map { "    \($0.key): \($0.value)" }
      before = layer.name
    }
    lines.append("outputs:")
    lines += outputs.map { "  \($0.name): {from: \($0.from)}" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func printable(_ text: String) -> String {
    String(text.map { $0.isASCII && !$0.isNewline && $0 >= " " ? $0 : "?" }.prefix(80))
  }
}
