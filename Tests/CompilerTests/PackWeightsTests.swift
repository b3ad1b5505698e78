import Compiler
import Tensors
import Testing

/// Packed layouts against the index formulas of `kernels.def`, read the other way round: every
/// entry of the matrix is found where a kernel looks for it, and all else is zero.
@Suite struct PackWeightsTests {
  static let lanes = [1, 4, 8, 16]

  @Test(arguments: lanes)
  func panelsHoldRowsSideBySide(lanes: Int) {
    var random = SeededRandom(seed: UInt64(lanes))
    for _ in 0..<40 {
      let shape = Shape(lanes: lanes, &random)
      let sub = PackWeights.sub(rows: shape.rows, lanes: lanes)
      let packed = PackWeights.panels(
        [shape.stored(gate: 0)[...]], blocks: shape.blocks, rows: shape.rows,
        columns: shape.columns,
        abreast: shape.abreast, sub: sub, lanes: lanes)
      shape.check(packed, vectors: sub, gates: 1)
    }
  }

  @Test(arguments: lanes)
  func panelsHoldGatesSideBySide(lanes: Int) {
    var random = SeededRandom(seed: UInt64(100 + lanes))
    for _ in 0..<40 {
      let shape = Shape(lanes: lanes, &random)
      let gates = Int.random(in: 2...4, using: &random)
      let matrices = (0..<gates).map { shape.stored(gate: $0)[...] }
      let packed = PackWeights.panels(
        matrices, blocks: shape.blocks, rows: shape.rows, columns: shape.columns,
        abreast: shape.abreast, sub: 1, lanes: lanes)
      shape.check(packed, vectors: gates, gates: gates)
    }
  }

  /// Blocks of [rows, columns], every entry another number.
  struct Shape {
    let blocks: Int
    let rows: Int
    let columns: Int
    let abreast: Int
    let lanes: Int

    init(lanes: Int, _ random: inout SeededRandom) {
      blocks = Int.random(in: 1...9, using: &random)
      rows = Int.random(in: 1...40, using: &random)
      columns = Int.random(in: 1...9, using: &random)
      abreast = PackWeights.abreast(rows: rows, columns: columns, blocks: blocks, lanes: lanes)
      self.lanes = lanes
    }

    func stored(gate: Int) -> [Float] {
      let count = blocks * rows * columns
      return (0..<count).map { Float(1 + gate * count + $0) }
    }

    /// Row r of block b of a gate stands in vector v, lane l of a panel.
    private func place(_ gate: Int, _ b: Int, _ r: Int, _ vectors: Int, _ gates: Int)
      -> (panel: Int, v: Int, l: Int)
    {
      if abreast > 1 { return (b / abreast, gate, b % abreast * rows + r) }
      let height = gates > 1 ? lanes : vectors * lanes
      let panel = b * ((rows + height - 1) / height) + r / height
      return (panel, gates > 1 ? gate : r / lanes % vectors, r % lanes)
    }

    func check(_ packed: [Float], vectors: Int, gates: Int) {
      var left = packed
      for gate in 0..<gates {
        let stored = stored(gate: gate)
        for b in 0..<blocks {
          for r in 0..<rows {
            let (panel, v, l) = place(gate, b, r, vectors, gates)
            for k in 0..<columns {
              let at = ((panel * columns + k) * vectors + v) * lanes + l
              #expect(packed[at] == stored[(b * rows + r) * columns + k])
              left[at] = 0
            }
          }
        }
      }
      #expect(left.allSatisfy { $0 == 0 })
    }
  }

  /// Words of two columns, the missing last one zero; every number the nearest bf16.
  @Test func pairsHoldTwoColumns() {
    for (columns, width) in [(1, 4), (2, 8), (5, 3), (0, 4)] {
      let packed = (0..<3 * columns * width).map { 1 + Float($0) / 1000 }
      let pairs = PackWeights.pairs(packed, columns: columns, width: width)
      #expect(pairs.count == 3 * ((columns + 1) / 2) * 2 * width)
      for (i, bits) in pairs.enumerated() {
        let (word, k) = (i / 2 % width, i / 2 / width % ((columns + 1) / 2) * 2 + i % 2)
        let panel = i / 2 / width / ((columns + 1) / 2)
        let want = k < columns ? packed[(panel * columns + k) * width + word].bfloat16Bits : 0
        #expect(bits == want)
      }
    }
  }

  @Test func blocksStandAbreastWhereTwoFit() {
    for lanes in Self.lanes {
      for size in 1...20 {
        let abreast = PackWeights.abreast(rows: size, columns: 1, blocks: 9, lanes: lanes)
        #expect(abreast == (2 * size <= lanes ? min(9, lanes / size) : 1))
        #expect(PackWeights.abreast(rows: 1, columns: size, blocks: 9, lanes: lanes) == abreast)
        #expect(PackWeights.abreast(rows: size, columns: 1, blocks: 1, lanes: lanes) == 1)
      }
    }
  }

  @Test func groupsAreAsFewAsFourVectorsAllow() {
    for lanes in Self.lanes {
      for rows in 1...300 {
        let panels = (rows + lanes - 1) / lanes
        let sub = PackWeights.sub(rows: rows, lanes: lanes)
        #expect((1...4).contains(sub))
        #expect((panels + sub - 1) / sub == (panels + 3) / 4)
      }
    }
  }
}
