import Onnx
import Tensors

/// One layer of a description while it is written.
struct DescriptionLayer: Sendable {
  var kind: String
  var name: String
  var from: [String]
  var keys: [(key: String, value: String)]
  var origin: String

  /// nil takes the key away.
  subscript(key: String) -> String? {
    get { keys.first { $0.key == key }?.value }
    set {
      let index = keys.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): keys[index].value = value
      case (let index?, nil): keys.remove(at: index)
      case (nil, let value?): keys.append((key, value))
      case (nil, nil): break
      }
    }
  }
}

/// A description while it is written: names that are unique, layers in order, their tensors.
struct DescriptionText {
  private let model: OnnxModel
  private let name: String
  private var inputs: [(name: String, text: String)] = []
  private var layers: [DescriptionLayer] = []
  private var places: [String: Int] = [:]
  private var outputs: [(name: String, from: String)] = []
  private var taken: Set<String> = []
  private(set) var tensors: [(String, Tensor)] = []
  /// Of layers and inputs.
  private var widths: [String: Int] = [:]
  /// Recurrent layers, whose tensors are written at the end.
  private var cells: [String: CellWeights] = [:]

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
      DescriptionLayer(
        kind: kind, name: name, from: from, keys: keys.map { ($0.0, $0.1) }, origin: origin))
    return name
  }

  mutating func addTensor(_ name: String, _ values: [Float], shape: [Int]) {
    tensors.append((name, Tensor(values, shape: shape)))
  }

  mutating func addCell(_ layer: String, _ weights: CellWeights) { cells[layer] = weights }

  mutating func setWidth(_ name: String, _ width: Int) { widths[name] = width }

  /// nil takes the key away.
  mutating func setKey(_ key: String, _ value: String?, of layer: String) {
    if let place = places[layer] { layers[place][key] = value }
  }

  func key(_ key: String, of layer: String) -> String? { places[layer].flatMap { layers[$0][key] } }

  func kind(of layer: String) -> String? { places[layer].map { layers[$0].kind } }

  var layerCount: Int { layers.count }

  /// How many layers read it so far.
  func readers(of layer: String) -> Int { layers.count { $0.from.contains(layer) } }

  func isInput(_ name: String) -> Bool { inputs.contains { $0.name == name } }

  // MARK: Finishing

  /// Where the states of a layer that became part of another are.
  struct Moved {
    var layer: String
    var offset: Int
  }

  /// Makes one cell of siblings and writes the tensors of all cells. Returns what moved.
  mutating func finish() -> [String: Moved] {
    var moved: [String: Moved] = [:]
    while let (concat, match) = nextSiblings() {
      let next = merge(match, at: concat)
      moved = moved.mapValues { old in
        guard let new = next[old.layer] else { return old }
        return Moved(layer: new.layer, offset: new.offset + old.offset)
      }
      moved.merge(next) { first, _ in first }
    }
    for layer in layers {
      if let weights = cells[layer.name] { write(weights, of: layer.name) }
    }
    return moved
  }

  private func nextSiblings() -> (String, SiblingCells.Match)? {
    let search = SiblingCells(
      layers: layers, widths: widths, outputs: Set(outputs.map(\.from)), cells: cells)
    for layer in layers {
      if let match = search.match(layer) { return (layer.name, match) }
    }
    return nil
  }

  private mutating func merge(
    _ match: SiblingCells.Match, at concat: String
  ) -> [String: Moved] {
    guard let place = places[concat], let sample = places[match.cells[0]] else { return [:] }
    let dropped = match.slices.union(match.cells)
    let origins = match.cells.compactMap { places[$0] }.map { layers[$0].origin }
    taken.subtract(dropped)
    taken.remove(concat)
    let name = unique(Self.commonName(match.cells))
    var cell = layers[sample]
    let part = match.weights.hidden / match.cells.count
    cell.name = name
    cell.from = [match.source]
    cell["hidden"] = "\(match.weights.hidden)"
    cell.origin = "\(origins[0]) and \(origins.count - 1) more"
    layers[place] = cell
    // The new cell may have the name of an old one.
    layers = layers.enumerated().filter { $0 == place || !dropped.contains($1.name) }.map(\.1)
    for i in layers.indices { layers[i].from = layers[i].from.map { $0 == concat ? name : $0 } }
    for i in outputs.indices where outputs[i].from == concat { outputs[i].from = name }
    places = Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1.name, $0) })
    for layer in dropped where layer != name { cells[layer] = nil }
    cells[name] = match.weights
    widths[name] = match.weights.hidden
    return Dictionary(
      uniqueKeysWithValues: match.cells.enumerated().map { index, old in
        (old, Moved(layer: name, offset: index * part))
      })
  }

  /// g_0_0, g_0_1, ... are g_0.
  private static func commonName(_ names: [String]) -> String {
    var common = names[0]
    for name in names { common = String(zip(common, name).prefix { $0 == $1 }.map(\.0)) }
    while let last = common.last, "_-".contains(last) { common.removeLast() }
    return common.isEmpty ? names[0] : common
  }

  /// Under PyTorch's names; matrices with a structure in its form.
  private mutating func write(_ weights: CellWeights, of layer: String) {
    let (n, gates) = (weights.hidden, weights.gates.count)
    let sides = [
      ("input", "weight_ih", weights.input, weights.inputs),
      ("recurrent", "weight_hh", weights.recurrent, n),
    ]
    for (key, name, matrices, columns) in sides {
      if let found = FoundStructure(matrices, rows: n, columns: columns) {
        setKey(key, found.text, of: layer)
        addTensor("\(layer).\(name)_blocks", found.stored, shape: [gates] + found.shape)
      } else {
        let all = matrices.flatMap { $0 }
        addTensor("\(layer).\(name)_l0", all, shape: [gates * n, columns])
      }
    }
    for (name, biases) in [("ih", weights.inputBias), ("hh", weights.recurrentBias)]
    where !biases.isEmpty {
      addTensor("\(layer).bias_\(name)_l0", biases.flatMap { $0 }, shape: [gates * n])
    }
    for (name, values) in weights.vectors { addTensor("\(layer).\(name)_l0", values, shape: [n]) }
    for (state, values) in weights.initial {
      addTensor("\(layer).\(state)0_l0", values, shape: [n])
    }
  }

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
