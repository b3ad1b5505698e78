import IR

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

  /// `[groups][columns][sub][lanes]` of one row-major `[rows, columns]` matrix.
  package static func rows(
    _ matrix: ArraySlice<Float>, rows: Int, columns: Int, sub: Int, lanes: Int
  ) -> [Float] {
    let group = sub * lanes
    let groups = (rows + group - 1) / group
    var packed = [Float](repeating: 0, count: groups * columns * group)
    let base = matrix.startIndex
    for r in 0..<rows {
      let panel = (r / group) * columns * group + r % group
      for k in 0..<columns { packed[panel + k * group] = matrix[base + r * columns + k] }
    }
    return packed
  }

  /// `[blocks][groups][columns][sub][lanes]`, gate after gate, of stacked block matrices stored
  /// `[gates][blocks][rows][columns]`; rows and columns of one block.
  package static func project(
    _ stored: [Float], gates: Int, blocks: Int, rows: Int, columns: Int, abreast: Int, sub: Int,
    lanes: Int
  ) -> [Float] {
    if abreast > 1 {
      let size = blocks * rows * columns
      return (0..<gates).flatMap { gate in
        self.abreast(
          [stored[gate * size..<(gate + 1) * size]], blocks: blocks, rows: rows, columns: columns,
          abreast: abreast, lanes: lanes)
      }
    }
    return (0..<gates * blocks).flatMap { block in
      self.rows(
        stored[block * rows * columns..<(block + 1) * rows * columns], rows: rows,
        columns: columns, sub: sub, lanes: lanes)
    }
  }

  /// `[panels][columns][gates][lanes]` of matrices stored `[blocks][rows][columns]` each, `abreast`
  /// blocks to a panel.
  private static func abreast(
    _ gates: [ArraySlice<Float>], blocks: Int, rows: Int, columns: Int, abreast: Int, lanes: Int
  ) -> [Float] {
    let panels = (blocks + abreast - 1) / abreast
    let row = gates.count * lanes
    var packed = [Float](repeating: 0, count: panels * columns * row)
    for (g, matrix) in gates.enumerated() {
      for r in 0..<blocks * rows {
        let (block, inside) = (r / rows, r % rows)
        let lane = block % abreast * rows + inside
        let panel = block / abreast * columns * row + g * lanes + lane
        let source = matrix.startIndex + r * columns
        for k in 0..<columns { packed[panel + k * row] = matrix[source + k] }
      }
    }
    return packed
  }

  /// `[blocks][panels][m][gates][lanes]` of matrices stored `[blocks][m][m]` each: the gates of the
  /// same units side by side, so that one pass over k leaves all of them in registers.
  package static func recurrent(
    _ gates: [ArraySlice<Float>], units: Int, blocks: Int, abreast: Int, lanes: Int
  ) -> [Float] {
    let m = units / blocks
    if abreast > 1 {
      return self.abreast(
        gates, blocks: blocks, rows: m, columns: m, abreast: abreast, lanes: lanes)
    }
    let panels = (m + lanes - 1) / lanes
    let row = gates.count * lanes
    var packed = [Float](repeating: 0, count: blocks * panels * m * row)
    for (g, matrix) in gates.enumerated() {
      for unit in 0..<units {
        let (block, u) = (unit / m, unit % m)
        let panel = ((block * panels + u / lanes) * m) * row + g * lanes + u % lanes
        let source = matrix.startIndex + unit * m
        for k in 0..<m { packed[panel + k * row] = matrix[source + k] }
      }
    }
    return packed
  }
}
