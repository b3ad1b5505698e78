import Compiler
import Tensors
import Testing

/// Packed layouts against the index formulas of `kernels.def`, read the other way round: every
/// entry of the matrix is found where a kernel looks for it, and all else is zero.
@Suite struct PackWeightsTests {
  static let lanes = [1, 4, 8, 16]

  @Test(arguments: lanes)
  func projectPanelsHoldEveryEntry(lanes: Int) {
    var random = SeededRandom(seed: UInt64(lanes))
    for _ in 0..<40 {
      let (gates, blocks) = (
        Int.random(in: 1...4, using: &random), Int.random(in: 1...9, using: &random)
      )
      let (rows, columns) = (
        Int.random(in: 1...40, using: &random), Int.random(in: 1...9, using: &random)
      )
      let stored = (0..<gates * blocks * rows * columns).map { Float($0 + 1) }
      let sub = PackWeights.sub(rows: rows, lanes: lanes)
      let abreast = PackWeights.abreast(
        rows: rows, columns: columns, blocks: blocks, lanes: lanes)
      let packed = PackWeights.project(
        stored, gates: gates, blocks: blocks, rows: rows, columns: columns,
        abreast: abreast, sub: sub, lanes: lanes)
      let groups = (rows + sub * lanes - 1) / (sub * lanes)
      let panels = (blocks + abreast - 1) / abreast
      #expect(packed.count == gates * panels * groups * columns * sub * lanes)
      var left = packed
      for block in 0..<gates * blocks {
        for r in 0..<rows {
          for k in 0..<columns {
            let (p, s, l) = (r / (sub * lanes), r / lanes % sub, r % lanes)
            let (gate, b) = (block / blocks, block % blocks)
            let at =
              abreast > 1
              ? ((gate * panels + b / abreast) * columns + k) * lanes + b % abreast * rows + r
              : (((block * groups + p) * columns + k) * sub + s) * lanes + l
            #expect(packed[at] == stored[(block * rows + r) * columns + k])
            left[at] = 0
          }
        }
      }
      #expect(left.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: lanes)
  func recurrentPanelsInterleaveGates(lanes: Int) {
    var random = SeededRandom(seed: UInt64(100 + lanes))
    for _ in 0..<40 {
      let (gates, blocks) = (
        Int.random(in: 1...4, using: &random), Int.random(in: 1...4, using: &random)
      )
      let m = Int.random(in: 1...19, using: &random)
      let units = blocks * m
      let matrices = (0..<gates).map { g in
        (0..<units * m).map { Float(1 + g * units * m + $0) }
      }
      let abreast = PackWeights.abreast(rows: m, columns: m, blocks: blocks, lanes: lanes)
      let packed = PackWeights.recurrent(
        matrices.map { $0[...] }, units: units, blocks: blocks, abreast: abreast, lanes: lanes)
      let panels = (m + lanes - 1) / lanes
      var left = packed
      for (g, matrix) in matrices.enumerated() {
        for unit in 0..<units {
          let (b, u) = (unit / m, unit % m)
          for k in 0..<m {
            let at =
              abreast > 1
              ? ((b / abreast * m + k) * gates + g) * lanes + b % abreast * m + u
              : (((b * panels + u / lanes) * m + k) * gates + g) * lanes + u % lanes
            #expect(packed[at] == matrix[unit * m + k])
            left[at] = 0
          }
        }
      }
      #expect(left.allSatisfy { $0 == 0 })
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
