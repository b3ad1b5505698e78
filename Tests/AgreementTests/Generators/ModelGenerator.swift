import IR
import Model
import Tensors
import TestSupport

/// Draws models and their inputs; a seed names a model on any machine.
struct ModelGenerator {
  var random: SeededRandom

  init(seed: Int) { random = SeededRandom(seed: UInt64(seed)) }

  /// Widths on both sides of every vector width, primes among them.
  static let widths = [
    1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 20, 24, 31, 32, 33, 37, 39, 48, 50, 64, 65, 72, 85,
  ]

  mutating func pick<T>(_ choices: [T]) -> T { choices.randomElement(using: &random)! }

  mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

  mutating func width() -> Int { pick(Self.widths) }

  mutating func vector(_ count: Int, bound: Float = 1) -> [Float] {
    (0..<count).map { _ in random.uniform(bound) }
  }

  /// A structure of the given kind for rows x columns, or nil when none fits.
  mutating func structure(
    _ kind: any StructureKind.Type, rows: Int, columns: Int
  ) -> MatrixStructure? {
    StructureChoices.fitting(kind, rows: rows, columns: columns).randomElement(using: &random)
  }

  mutating func matrix(
    _ structure: MatrixStructure, rows: Int, columns: Int, bound: Float
  ) -> StructuredMatrix {
    StructuredMatrix(
      structure: structure, rows: rows, columns: columns,
      stored: vector(structure.kind.storedCount(rows: rows, columns: columns), bound: bound))
  }

  /// Rows `[steps, width]` of U(-1, 1) for every input, and indices that its readers have.
  mutating func inputs(for graph: ModelGraph, steps: Int) -> [String: [Float]] {
    var rows: [String: [Float]] = [:]
    for (i, input) in graph.inputs.enumerated() {
      if input.element == .f32 {
        rows[input.name] = vector(steps * input.width)
      } else {
        let size = graph.indexLimit(ofInput: i)
        rows[input.name] = (0..<steps).map { _ in Float(Int.random(in: 0..<size, using: &random)) }
      }
    }
    return rows
  }
}

extension ModelGraph {
  /// The smallest table that the input indexes.
  func indexLimit(ofInput i: Int) -> Int {
    layers.filter { $0.sources.contains(.input(i)) }.compactMap { layer in
      switch layer.kind {
      case .embedding(_, let size), .oneHot(let size): size
      default: nil
      }
    }.min() ?? 1
  }
}
