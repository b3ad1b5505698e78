import Foundation
import IR
import Model
import TestSupport

/// Models whose emitted C the tests compile: every folder of `Models`, every cell with every pair of
/// structures, and one description with every other layer.
enum EmissionModels: Sendable, CustomStringConvertible {
  case file(String)
  case cell(String, input: String, recurrent: String)
  case allLayers

  static let all: [EmissionModels] = files + cells + [.allLayers]

  private static let files: [EmissionModels] = {
    let models = SharedData.packageRoot.appendingPathComponent("Models")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: models.path)) ?? []
    return names.sorted().map { models.appendingPathComponent($0 + "/model.yaml").path }
      .filter { FileManager.default.fileExists(atPath: $0) }.map { .file($0) }
  }()

  /// Sizes that no vector width divides.
  private static let cells: [EmissionModels] = CellRegistry.cells.flatMap { cell in
    [
      ("dense", "dense"), ("diagonal", "diagonal"), ("dense", "block_diagonal"),
      ("block_diagonal", "diagonal"), ("block_diagonal", "block_diagonal"),
    ].map {
      .cell(cell.keyword, input: $0.0, recurrent: $0.1)
    }
  }

  var description: String {
    switch self {
    case .file(let path): URL(fileURLWithPath: path).deletingLastPathComponent().lastPathComponent
    case .cell(let cell, let input, let recurrent): "\(cell) \(input) x \(recurrent)"
    case .allLayers: "all layers"
    }
  }

  func load() throws -> ModelGraph {
    switch self {
    case .file(let path): return try ModelLoader.load(path: path, options: LoadOptions()).graph
    case .cell(let cell, let input, let recurrent):
      return try Self.load(yaml: Self.cellText(cell, input, recurrent))
    case .allLayers: return try Self.load(yaml: Self.allLayersText)
    }
  }

  private static func load(yaml: String) throws -> ModelGraph {
    let folder = try TemporaryFolder()
    let path = try folder.write(yaml, to: "model.yaml")
    return try ModelLoader.load(path: path, options: LoadOptions()).graph
  }

  /// Two sublayers and every option of the cell that is a word, side by side.
  private static func cellText(_ cell: String, _ input: String, _ recurrent: String) -> String {
    func structure(_ name: String) -> String {
      name == "block_diagonal" ? "{structure: block_diagonal, blocks: 13}" : "{structure: \(name)}"
    }
    let layers = variants(of: cell).enumerated().map { i, option in
      """
        - \(cell): r\(i)
          from: x
          hidden: 39
          layers: 2
          input: \(structure(input))
          recurrent: \(structure(recurrent))\(option.isEmpty ? "" : "\n    " + option)
      """
    }
    let names = layers.indices.map { "r\($0)" }
    return """
      format: 1
      name: cell
      weights: {init: uniform, seed: 3}
      inputs:
        x: {type: f32, shape: [39]}
      layers:
      \(layers.joined(separator: "\n"))
        - concat: all
          from: [\(names.joined(separator: ", "))]
      outputs:
        y: {from: all}

      """
  }

  private static func variants(of cell: String) -> [String] {
    switch cell {
    case "gru": ["", "reset: before", "update: new", "reset: before\n    update: new", "clip: 0.3"]
    case "rnn": ["", "activation: relu", "activation: sigmoid", "clip: 0.3"]
    case "lstm": ["", "activation: softsign", "clip: 0.3"]
    default: ["", ""]
    }
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
