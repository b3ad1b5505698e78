import Model

extension LayerKind {
  /// The word of descriptions, for counting what a run of tests has met.
  var word: String {
    switch self {
    case .linear: "linear"
    case .embedding: "embedding"
    case .oneHot: "one_hot"
    case .recurrent(let layer): type(of: layer.cell).keyword
    case .activation: "activation"
    case .prelu: "prelu"
    case .permute(_, let groups): groups == nil ? "permute" : "shuffle"
    case .add: "add"
    case .multiply: "multiply"
    case .concat: "concat"
    case .slice: "slice"
    case .scale: "scale"
    case .frame: "frame"
    case .delay: "delay"
    case .softmax: "softmax"
    case .logSoftmax: "log_softmax"
    case .dropout: "dropout"
    case .layerNorm: "layer_norm"
    case .batchNorm: "batch_norm"
    }
  }

  /// All words that `word` can give.
  static let allWords = Set(CellRegistry.cells.map { $0.keyword }).union([
    "linear", "embedding", "one_hot", "activation", "prelu", "permute", "shuffle", "add",
    "multiply", "concat", "slice", "scale", "frame", "delay", "softmax", "log_softmax", "dropout",
    "layer_norm", "batch_norm",
  ])
}
