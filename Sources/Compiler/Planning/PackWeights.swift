import Tensors

/// Packed layouts of `kernels.def`, where letters are: `lanes` of one vector, `sub` vectors side by
/// side in a panel group, m units or rows of a block. Missing rows of a last panel are zero.
package enum PackWeights {
  /// How many vectors stand side by side when a block has `rows` rows: as few groups of at most
  /// four as possible, then as little padding as possible.
  package static func sub(rows: Int, lanes: Int) -> Int {
    let panels = max(1, (rows + lanes - 1) / lanes)
    let groups = (panels + 3) / 4
    return (panels + groups - 1) / groups
  }

  /// How many blocks share a panel: as many as fit one vector with their rows and their columns, if
  /// that is two at least.
  package static func abreast(rows: Int, columns: Int, blocks: Int, lanes: Int) -> Int {
    let size = max(rows, columns)
    guard rows > 0, 2 * size <= lanes else { return 1 }
    return max(1, min(blocks, lanes / size))
  }

  /// `[panels][columns][gates][sub][lanes]` of matrices stored `[blocks][rows][columns]` each: the
  /// gates of the same units side by side, or `sub` vectors of one matrix, so that one pass over the
  /// columns leaves all of them in registers. A panel has rows of one block, or `abreast` blocks.
  package static func panels(
    _ gates: [ArraySlice<Float>], blocks: Int, rows: Int, columns: Int, abreast: Int, sub: Int,
    lanes: Int
  ) -> [Float] {
    let height = sub * lanes
    let inBlock = (rows + height - 1) / height
    let panels = abreast > 1 ? (blocks + abreast - 1) / abreast : blocks * inBlock
    let width = gates.count * height
    var packed = [Float](repeating: 0, count: panels * columns * width)
    for (g, matrix) in gates.enumerated() {
      for r in 0..<blocks * rows {
        let (block, inside) = (r / rows, r % rows)
        let panel = abreast > 1 ? block / abreast : block * inBlock + inside / height
        let lane = abreast > 1 ? block % abreast * rows + inside : inside % height
        let start = panel * columns * width + g * height + lane
        let source = matrix.startIndex + r * columns
        for k in 0..<columns { packed[start + k * width] = matrix[source + k] }
      }
    }
    return packed
  }

  /// The nearest bf16 of panels `[panels][columns][width]`, in pairs of columns:
  /// `[panels][ceil(columns / 2)][width][2]`.
  package static func pairs(_ packed: [Float], columns: Int, width: Int) -> [UInt16] {
    let (panel, stored) = (columns * width, (columns + 1) / 2 * 2 * width)
    guard panel > 0 else { return [] }
    var pairs = [UInt16](repeating: 0, count: packed.count / panel * stored)
    for p in 0..<packed.count / panel {
      for k in 0..<columns {
        let start = p * stored + k / 2 * 2 * width + k % 2
        for i in 0..<width {
          pairs[start + 2 * i] = packed[p * panel + k * width + i].bfloat16Bits
        }
      }
    }
    return pairs
  }
}
