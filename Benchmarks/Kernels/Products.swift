/// Sizes of the kernels that multiply with matrices: from weights that fit the first-level cache to
/// weights that leave the second, dense and in blocks; one step and many.
enum Products {
  /// Units or rows, blocks, steps. Blocks wider than a vector, narrower, and much narrower.
  private static let shapes: [(units: Int, blocks: Int, steps: Int)] =
    [32, 64, 128, 256, 512, 1024].map { ($0, 1, 1) }
    + [(64, 1, 16), (256, 1, 16), (1024, 1, 16)]
    + [(64, 16, 1), (256, 16, 1), (1024, 16, 1), (1024, 64, 1)]
    + [(256, 64, 16), (1024, 16, 16), (1024, 64, 16)]

  /// Input products of a cell with four gates: of a dense matrix one tall product.
  @Sendable static func project(lanes: Int) -> [SizeCase] {
    shapes.map { units, blocks, steps in
      let gates = blocks == 1 ? 1 : 4
      let (rows, columns) = (4 * units / blocks / gates, units / blocks)
      var integers = packing(rows, columns, blocks, lanes: lanes)
      integers.merge(
        [
          "rows": rows, "columns": columns, "gates": gates, "x_stride": units,
          "y_stride": 4 * units, "serpentine": 1,
        ], uniquingKeysWith: { $1 })
      if gates > 1 { integers["sub"] = 1 }
      return SizeCase(
        label: label(gates, blocks, rows, columns), steps: steps, integers: integers,
        choices: interleaves(vectors: max(gates, integers["sub"]!)).map { ["interleave": $0] },
        operations: 2 * 4 * units * columns * steps,
        traffic: .weights(["w"], sweeps: 1, parts: 1))
    }
  }

  /// Every step needs all weights; a block may run over all steps before the next one starts.
  @Sendable static func recurrent(gates: Int, weights: [String], _ lanes: Int) -> [SizeCase] {
    shapes.map { units, blocks, steps in
      let m = units / blocks
      let integers = packing(m, m, blocks, lanes: lanes).merging(
        [
          "units": units, "activation": tanhOpcode, "parameter": 0, "update": 0,
          "xp_stride": gates * units, "y_stride": units, "group": blocks, "serpentine": 1,
        ], uniquingKeysWith: { $1 })
      let groups = [1, 4, blocks].map { ["group": $0] }
      // The two halves of a GRU with the reset before have two gates, and one.
      let vectors = max(
        weights.count > 1 ? 2 : gates, gates == 1 || weights.count > 1 ? integers["sub"]! : 1)
      return SizeCase(
        label: label(gates, blocks, m, m), steps: steps, integers: integers,
        choices: interleaves(vectors: vectors).flatMap { interleave in
          (steps > 1 && blocks > 1 ? groups : [[:]]).map {
            $0.merging(["interleave": interleave], uniquingKeysWith: { $1 })
          }
        },
        operations: 2 * gates * units * m * steps,
        traffic: .weights(weights, sweeps: steps, parts: steps > 1 ? blocks : 1))
    }
  }

  /// At most eight vectors at once.
  private static func interleaves(vectors: Int) -> [Int] { vectors <= 2 ? [1, 2, 4] : [1, 2] }

  private static func label(_ gates: Int, _ blocks: Int, _ rows: Int, _ columns: Int) -> String {
    let gates = gates == 1 ? "" : "\(gates) gates of "
    return gates + (blocks == 1 ? "" : "\(blocks) blocks ") + "[\(rows), \(columns)]"
  }

  /// Small blocks abreast in one vector, else up to four vectors side by side with as little
  /// padding as possible.
  private static func packing(
    _ rows: Int, _ columns: Int, _ blocks: Int, lanes: Int
  ) -> [String: Int] {
    let size = max(rows, columns)
    let abreast = 2 * size <= lanes ? min(blocks, lanes / size) : 1
    let panels = (rows + lanes - 1) / lanes
    let groups = (panels + 3) / 4
    return ["blocks": blocks, "abreast": abreast, "sub": (panels + groups - 1) / groups]
  }
}
