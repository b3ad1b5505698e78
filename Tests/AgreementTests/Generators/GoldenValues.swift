import Foundation
import IR
import Model

/// The weights and inputs behind the golden rows of the cells: 0.4 sin(k + 1.7 j), row-major.
enum GoldenValues {
  static let (inputWidth, hidden, steps) = (3, 4, 6)

  static func generate(_ k: Double, _ count: Int) -> [Float] {
    (0..<count).map { Float(0.4 * sin(k + 1.7 * Double($0))) }
  }

  /// x[t, i] = cos(0.5 (3 t + i)).
  static var input: [Double] {
    (0..<steps * inputWidth).map { cos(0.5 * Double($0)) }
  }

  /// One layer with the generated weights in `gateOrder`; of every recurrent matrix only what
  /// `recurrent` can hold is kept.
  static func graph(
    _ cell: any Cell, recurrent structure: MatrixStructure = .dense(Dense())
  ) -> ModelGraph {
    let gates = cell.gates
    let input = split(generate(0.1, gates.count * hidden * inputWidth), gates)
    let recurrent = split(generate(0.2, gates.count * hidden * hidden), gates)
    let sublayer = RecurrentLayer.Sublayer(
      inputWidth: inputWidth, inputStructure: .dense(Dense()), recurrentStructure: structure,
      input: input.mapValues {
        StructuredMatrix(
          structure: .dense(Dense()), rows: hidden, columns: inputWidth, stored: $0)
      },
      recurrent: recurrent.mapValues {
        StructuredMatrix(
          structure: structure, rows: hidden, columns: hidden,
          stored: structure.kind.extract($0, rows: hidden, columns: hidden, tolerance: .infinity)
            .stored)
      },
      inputBias: split(generate(0.3, gates.count * hidden), gates),
      recurrentBias: split(generate(0.4, gates.count * hidden), gates),
      // In the order in which ONNX stacks them.
      vectors: split(
        generate(0.5, cell.vectors.count * hidden),
        cell.stackedVectors(in: .onnx)?.order ?? cell.vectors))
    return ModelGraph.singleLayer(
      .recurrent(RecurrentLayer(cell: cell, hidden: hidden, sublayers: [sublayer])),
      inputWidth: inputWidth, width: hidden)
  }

  private static func split(_ values: [Float], _ gates: [String]) -> [String: [Float]] {
    let count = values.count / max(1, gates.count)
    return Dictionary(
      uniqueKeysWithValues: gates.enumerated().map { g, name in
        (name, Array(values[g * count..<(g + 1) * count]))
      })
  }
}
