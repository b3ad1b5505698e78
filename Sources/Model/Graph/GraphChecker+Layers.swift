import Diagnostics
import IR

/// The shape rules of every kind of layer.
extension GraphChecker {
  /// What the layer computes and how wide its result is, or nil with errors.
  mutating func form(
    of layer: Description.Layer, inputs: [Int]
  ) -> (LayerForm, width: Int)? {
    switch layer.word {
    case .plain(let plain): plainForm(plain, layer, inputs)
    case .recurrent(let cell): recurrentForm(cell, layer, inputs[0])
    }
  }

  private mutating func plainForm(
    _ plain: PlainLayer, _ layer: Description.Layer, _ inputs: [Int]
  ) -> (LayerForm, width: Int)? {
    let fields = layer.fields
    let width = inputs[0]
    switch plain {
    case .linear: return linear(layer, width)
    case .embedding:
      let size = fields.integers("size")!
      return (.embedding(size: size[0]), size[1])
    case .oneHot:
      let size = fields.integer("size")!
      return (.complete(.oneHot(size: size)), size)
    case .activation: return activation(layer).map { ($0, width) }
    case .shuffle: return shuffle(layer, width).map { ($0, width) }
    case .permute: return permute(layer, width).map { ($0, width) }
    case .add: return sameWidths(layer, inputs) ? (.complete(.add), width) : nil
    case .multiply: return sameWidths(layer, inputs) ? (.complete(.multiply), width) : nil
    case .concat: return (.complete(.concat), inputs.reduce(0, +))
    case .slice: return slice(layer, width)
    case .scale:
      let (by, offset) = (Float(fields.number("by")!), Float(fields.number("offset")!))
      return (.complete(.scale(by: by, offset: offset)), width)
    case .frame: return frame(layer, width)
    case .delay: return (.complete(.delay(steps: fields.integer("steps")!)), width)
    case .softmax: return (.complete(.softmax), width)
    case .logSoftmax: return (.complete(.logSoftmax), width)
    case .dropout: return (.complete(.dropout), width)
    case .layerNorm: return (.layerNorm(epsilon: epsilon(fields)), width)
    case .batchNorm: return (.batchNorm(epsilon: epsilon(fields)), width)
    }
  }

  /// 1e-5 as in PyTorch, 1e-3 as in Keras.
  private func epsilon(_ fields: Fields) -> Float {
    Float(fields.number("eps") ?? (description.layout == .keras ? 1e-3 : 1e-5))
  }

  private mutating func linear(
    _ layer: Description.Layer, _ width: Int
  ) -> (LayerForm, width: Int)? {
    let out = layer.fields.integer("out")!
    let weight = layer.fields.structure("weight")!
    guard fits(weight, rows: out, columns: width, layer, side: "weight") else { return nil }
    let word = layer.fields.word("activation")!
    let function = word == "none" ? .linear : Activation.Function(rawValue: word)!
    return (
      .linear(
        weight: weight, hasBias: layer.fields.flag("bias")!, activation: Activation(function)),
      out
    )
  }

  private mutating func activation(_ layer: Description.Layer) -> LayerForm? {
    let kind = layer.fields.word("kind")!
    let function = Activation.Function(rawValue: kind)
    let own = function?.parameter?.key
    let keys = Set(Activation.Function.allCases.compactMap { $0.parameter?.key })
    let stray = keys.sorted().first { $0 != own && layer.fields[$0] != nil }
    if let stray {
      let owners = Activation.Function.allCases.filter { $0.parameter?.key == stray }
      report(
        layer.fields[stray]!.keySpan,
        "\(layer.name.text): '\(stray)' belongs to \(choices(owners.map(\.rawValue))), "
          + "not to '\(kind)'")
      return nil
    }
    guard let function else { return .prelu }
    let parameter = own.flatMap { layer.fields.number($0) }.map { Float($0) }
    return .complete(.activation(Activation(function, parameter: parameter)))
  }

  private mutating func shuffle(_ layer: Description.Layer, _ width: Int) -> LayerForm? {
    let groups = layer.fields.integer("groups")!
    guard width % groups == 0 else {
      report(
        layer.fields.span("groups")!,
        "\(layer.name.text): \(groups) groups do not divide \(width) elements",
        help: ["use a divisor of \(width)"])
      return nil
    }
    let size = width / groups
    let order = (0..<width).map { $0 % groups * size + $0 / groups }
    return .complete(.permute(order, shuffleGroups: groups))
  }

  private mutating func permute(_ layer: Description.Layer, _ width: Int) -> LayerForm? {
    if let tensor = layer.fields.names("permutation")?.first { return .permute(tensor: tensor) }
    let order = layer.fields.integers("permutation")!
    if let fault = permutationFault(order, width: width) {
      report(layer.fields.span("permutation")!, "\(layer.name.text): 'permutation' \(fault)")
      return nil
    }
    return .complete(.permute(order, shuffleGroups: nil))
  }

  private mutating func sameWidths(_ layer: Description.Layer, _ inputs: [Int]) -> Bool {
    guard let other = inputs.first(where: { $0 != inputs[0] }) else { return true }
    report(
      layer.name.span,
      "\(layer.name.text): '\(layer.word.keyword)' takes values of one width, not \(inputs[0]) "
        + "and \(other)")
    return false
  }

  private mutating func slice(
    _ layer: Description.Layer, _ width: Int
  ) -> (LayerForm, width: Int)? {
    let (start, end) = (layer.fields.integer("start")!, layer.fields.integer("end")!)
    guard start < end, end <= width else {
      report(
        layer.fields.span(start < end ? "end" : "start")!,
        "\(layer.name.text): [\(start), \(end)) is not a part of \(width) elements",
        help: ["'start' is the first element and 'end' the one behind the last"])
      return nil
    }
    return (.complete(.slice(start: start, end: end)), end - start)
  }

  private mutating func frame(
    _ layer: Description.Layer, _ width: Int
  ) -> (LayerForm, width: Int)? {
    let size = layer.fields.integer("size")!
    guard size >= width else {
      report(
        layer.fields.span("size")!,
        "\(layer.name.text): a frame of \(size) is shorter than the \(width) samples of one step")
      return nil
    }
    return (.complete(.frame(size: size)), size)
  }
}

/// Why `order` is no permutation of `width` elements, or nil. Completes "'permutation' ...".
func permutationFault(_ order: [Int], width: Int) -> String? {
  if order.count != width { return "has \(order.count) elements for \(width)" }
  var seen = [Bool](repeating: false, count: width)
  for value in order {
    guard seen.indices.contains(value) else { return "has \(value), beyond \(width - 1)" }
    if seen[value] { return "has \(value) twice" }
    seen[value] = true
  }
  return nil
}
