import IR

/// The kinds of layers that are not recurrent.
package enum PlainLayer: String, Sendable, CaseIterable {
  case linear, embedding, activation, shuffle, permute, add, multiply, concat, slice, scale, frame
  case delay, softmax, dropout
  case oneHot = "one_hot"
  case logSoftmax = "log_softmax"
  case layerNorm = "layer_norm"
  case batchNorm = "batch_norm"

  /// The keys beside `from` and `tensors`.
  package var keys: [KeyRule] {
    switch self {
    case .linear:
      [
        KeyRule("out", .size),
        KeyRule("bias", .flag, .optional(.flag(true))),
        KeyRule("activation", .activation(or: ["none"]), .optional(.word("none"))),
        KeyRule("weight", .structure(blocksFrom: false), .optional(.structure(.dense))),
      ]
    case .embedding: [KeyRule("size", .sizes(2))]
    case .oneHot, .frame: [KeyRule("size", .size)]
    case .activation:
      [KeyRule("kind", .activation(or: ["prelu"]))] + activationParameterKeys
    case .shuffle: [KeyRule("groups", .size)]
    case .permute: [KeyRule("permutation", .permutation)]
    case .slice: [KeyRule("start", .position), KeyRule("end", .size)]
    case .scale:
      [KeyRule("by", .number(.any)), KeyRule("offset", .number(.any), .optional(.number(0)))]
    case .delay: [KeyRule("steps", .size)]
    case .layerNorm, .batchNorm: [KeyRule("eps", .number(.positive), .optional(nil))]
    case .add, .multiply, .concat, .softmax, .logSoftmax, .dropout: []
    }
  }

  /// True where `from:` must name several values.
  package var joinsSources: Bool { [.add, .multiply, .concat].contains(self) }

  /// True where weights may come from a file, so that `tensors:` has a meaning.
  package var hasTensors: Bool {
    [.linear, .embedding, .activation, .permute, .layerNorm, .batchNorm].contains(self)
  }
}

/// Words for the activations that need no weights.
let activationWords = Activation.Function.allCases.map(\.rawValue)

/// `max`, `alpha`, `floor`: the parameters that some activation has.
private var activationParameterKeys: [KeyRule] {
  let keys = Set(Activation.Function.allCases.compactMap { $0.parameter?.key })
  return keys.sorted().map(activationParameter)
}

/// The rule of one activation's parameter.
func activationParameter(_ key: String) -> KeyRule {
  let ranges: [String: NumberRange] = ["max": .positive, "floor": .nonNegative]
  return KeyRule(key, .number(ranges[key] ?? .any), .optional(nil))
}

/// What a layer's first key says it is.
package enum LayerWord: Sendable {
  case plain(PlainLayer)
  case recurrent(any Cell.Type)

  /// Every kind of layer, in the order of the documentation.
  package static let all: [LayerWord] =
    PlainLayer.allCases.map { .plain($0) } + CellRegistry.cells.map { .recurrent($0) }

  package var keyword: String {
    switch self {
    case .plain(let layer): layer.rawValue
    case .recurrent(let cell): cell.keyword
    }
  }

  /// All keys but the kind itself.
  package var keys: [KeyRule] {
    switch self {
    case .plain(let layer): layer.keys + [fromKey] + (layer.hasTensors ? [tensorsKey] : [])
    case .recurrent(let cell):
      recurrentKeys + cell.options.map(\.rule) + [fromKey, tensorsKey]
    }
  }
}

private let fromKey = KeyRule("from", .names, .optional(nil))
private let tensorsKey = KeyRule("tensors", .tensors, .optional(nil))

/// The keys of every recurrent layer.
private let recurrentKeys = [
  KeyRule("hidden", .size),
  KeyRule("layers", .size, .optional(.integer(1))),
  KeyRule("bidirectional", .flag, .optional(.flag(false))),
  KeyRule("input", .structure(blocksFrom: true), .optional(.structure(.dense))),
  KeyRule("recurrent", .structure(blocksFrom: true), .optional(.structure(.dense))),
  KeyRule("initial", .word(["zero", "learned"]), .optional(.word("zero"))),
]

extension CellOption {
  /// The same key for the reader.
  var rule: KeyRule {
    switch values {
    case .word(let words, let initial): KeyRule(key, .word(words), .optional(.word(initial)))
    case .activation(let initial):
      KeyRule(
        key, .cellActivation, .optional(initial.map { .activation(.plain(Activation($0))) }))
    case .number: KeyRule(key, .limit, .optional(FieldValue.none))
    case .flag: KeyRule(key, .flag, .optional(.flag(false)))
    }
  }
}
