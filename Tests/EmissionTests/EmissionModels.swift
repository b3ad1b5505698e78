import Foundation
import IR
import Model
import TestSupport

/// Models whose emitted C the tests compile: every folder of `Models`, every cell with
/// every structure, one description with every other layer, and with the shared data the GRU of a
/// shipped vocoder.
enum EmissionModels: Sendable, CustomStringConvertible {
  case file(String)
  case cell(String, input: String, recurrent: String)
  case allLayers
  case wavegru

  /// Those that need nothing but the project.
  static let own: [EmissionModels] = files + cells + [.allLayers]
  static let all: [EmissionModels] = own + (SharedData.isPresent ? [.wavegru] : [])

  private static let files: [EmissionModels] = {
    let models = SharedData.packageRoot.appendingPathComponent("Models")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: models.path)) ?? []
    return names.sorted().map { models.appendingPathComponent($0 + "/model.yaml").path }
      .filter { FileManager.default.fileExists(atPath: $0) }.map { .file($0) }
  }()

  /// Every kind of structure on both sides, and on the recurrent side of a dense input.
  private static let cells: [EmissionModels] = CellRegistry.cells.flatMap { cell in
    MatrixStructure.kinds.flatMap { kind -> [EmissionModels] in
      let inputs = kind == Dense.self ? [kind.keyword] : [Dense.keyword, kind.keyword]
      return inputs.map { .cell(cell.keyword, input: $0, recurrent: kind.keyword) }
    }
  }

  var description: String {
    switch self {
    case .file(let path): URL(fileURLWithPath: path).deletingLastPathComponent().lastPathComponent
    case .cell(let cell, let input, let recurrent): "\(cell) \(input) x \(recurrent)"
    case .allLayers: "all layers"
    case .wavegru: "wavegru"
    }
  }

  func load() throws -> ModelGraph {
    switch self {
    case .file(let path): return try ModelLoader.load(path: path, options: LoadOptions()).graph
    case .cell(let cell, let input, let recurrent):
      return try Self.load(yaml: Self.cellText(cell, input, recurrent))
    case .allLayers: return try Self.load(yaml: Self.allLayersText)
    case .wavegru:
      return try Self.load(
        yaml: SharedData.wavegru(recurrent: "{structure: block_diagonal, blocks: 16}"))
    }
  }

  static func load(yaml: String) throws -> ModelGraph {
    let folder = try TemporaryFolder()
    let path = try folder.write(yaml, to: "model.yaml")
    return try ModelLoader.load(path: path, options: LoadOptions()).graph
  }

  /// No vector width divides it, and it has divisors.
  private static let width = 39

  /// Two sublayers with every option of the cell, side by side.
  private static func cellText(_ cell: String, _ input: String, _ recurrent: String) -> String {
    let layers = variants(of: cell).enumerated().map { i, option in
      """
        - \(cell): r\(i)
          from: x
          hidden: \(width)
          layers: 2
          input: \(structure(input))
          recurrent: \(structure(recurrent))\(option)
      """
    }
    let names = layers.indices.map { "r\($0)" }
    return """
      format: 1
      name: cell
      weights: {init: uniform, seed: 3}
      inputs:
        x: {type: f32, shape: [\(width)]}
      layers:
      \(layers.joined(separator: "\n"))
        - concat: all
          from: [\(names.joined(separator: ", "))]
      outputs:
        y: {from: all}

      """
  }

  /// `{structure: block_diagonal, blocks: 13}`: of the choices that fit, one from the middle.
  private static func structure(_ word: String) -> String {
    let kind = MatrixStructure.kinds.first { $0.keyword == word }!
    let fitting = StructureChoices.fitting(kind, rows: width, columns: width)
    let parameters = fitting[fitting.count / 2].kind.parameters
    let keys = zip(kind.keys, parameters).map { ", \($0): \($1)" }.joined()
    return "{structure: \(word)\(keys)}"
  }

  /// Every combination of the options that are words, and every other option on its own.
  private static func variants(of cell: String) -> [String] {
    let type = CellRegistry.cells.first { $0.keyword == cell }!
    var (words, others) = ([""], [String]())
    for option in type.options {
      switch option.values {
      case .word(let choices, _):
        words = words.flatMap { rest in choices.map { "\(rest)\n    \(option.key): \($0)" } }
      case .activation(let initial):
        others.append("\n    \(option.key): \(initial == .sigmoid ? "hard_sigmoid" : "softsign")")
      case .number: others.append("\n    \(option.key): 0.3")
      case .flag: others.append("\n    \(option.key): true")
      }
    }
    let variants = words + others
    // A concatenation takes two at least.
    return variants.count > 1 ? variants : variants + variants
  }

  private static let allLayersText = """
    format: 1
    name: every-layer
    weights: {init: uniform, seed: 4}
    inputs:
      x: {type: f32, shape: [12]}
      word: {type: i32, shape: []}
    layers:
      - frame: window
        from: x
        size: 30
      - linear: blocks
        out: 36
        weight: {structure: block_diagonal, blocks: 6}
        activation: tanh
      - shuffle: mix
        groups: 4
      - layer_norm: norm
      - activation: bent
        kind: prelu
      - delay: late
        steps: 3
      - embedding: words
        from: word
        size: [7, 36]
      - multiply: product
        from: [late, words]
      - batch_norm: normalised
      - activation: soft
        kind: softplus
      - slice: part
        start: 5
        end: 23
      - permute: turned
        from: part
        permutation: [17, 0, 16, 1, 15, 2, 14, 3, 13, 4, 12, 5, 11, 6, 10, 7, 9, 8]
      - one_hot: hot
        from: word
        size: 7
      - concat: both
        from: [turned, hot]
      - gru: rnn
        hidden: 17
      - scale: scaled
        by: 0.5
        offset: 0.25
      - dropout: dropped
      - linear: head
        out: 5
      - softmax: prob
      - log_softmax: logprob
        from: head
      - add: sum
        from: [prob, logprob]
    outputs:
      prob: {from: prob}
      sum: {from: sum}

    """
}
