import Tensors

/// y[t][g][b rows + r] = bias + sum over k of w x[t][b columns + k].
enum ProjectSubject: KernelSubject {
  static let kernel = "project_f32"

  static func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 11)
    var cases = widths(lanes).flatMap { rows in
      [0, 1, 5, 33].map { columns in
        make(
          rows: rows, columns: columns, blocks: random.pick([1, 2, 5]),
          gates: random.pick([1, 3, 4]), sub: random.pick([1, 2, 3, 4]),
          steps: random.pick([0, 1, 2, 3, 4, 7]), lanes: lanes, &random)
      }
    }
    for sub in 1...4 {
      for steps in 1...5 {
        cases.append(
          make(
            rows: 4 * lanes + 1, columns: 9, blocks: 1, gates: 1, sub: sub, steps: steps,
            lanes: lanes, &random))
      }
    }
    // Blocks abreast, the last panel whole or not.
    for (rows, columns) in [(1, 1), (2, 2), (1, 3), (3, 1), (lanes / 2, lanes / 2)] {
      for blocks in [2, 3, 2 * lanes + 1, 4 * lanes] where rows > 0 {
        cases.append(
          make(
            rows: rows, columns: columns, blocks: blocks, gates: random.pick([1, 2, 3, 4, 5]),
            sub: 1, steps: random.pick([1, 2, 5]), lanes: lanes, &random))
      }
    }
    return cases
  }

  private static func make(
    rows: Int, columns: Int, blocks: Int, gates: Int, sub: Int, steps: Int, lanes: Int,
    _ random: inout SeededRandom
  ) -> KernelCase {
    let (out, width) = (gates * blocks * rows, blocks * columns)
    let (xStride, yStride) = (width + random.pick([0, 3]), out + random.pick([0, 5]))
    let weights = random.floats(out * columns)
    let x = random.rows(steps, width: width, stride: xStride)
    let bias: [Float]? = random.pick([true, false]) ? random.floats(out) : nil
    func y() -> [[Double]] {
      (0..<steps).map { t in (0..<out).map { i in element(t, i) } }
    }
    func element(_ t: Int, _ i: Int) -> Double {
      let start = t * xStride + i / rows % blocks * columns
      return (0..<columns).reduce(Double(bias?[i] ?? 0)) {
        $0 + Double(weights[i * columns + $1]) * Double(x[start + $1])
      }
    }
    let abreast = sub == 1 ? Packing.abreast(max(rows, columns), blocks, lanes: lanes) : 1
    return KernelCase(
      label: "\(gates) gates of \(blocks) blocks [\(rows), \(columns)], sub \(sub), \(steps) steps",
      integers: [rows, columns, blocks, abreast, gates, sub, xStride, yStride].map { Int32($0) },
      steps: steps,
      contents: [
        .floats(
          abreast > 1
            ? (0..<gates).flatMap { gate in
              let size = blocks * rows * columns
              return Packing.abreast(
                Array(weights[gate * size..<(gate + 1) * size]), gates: 1, blocks: blocks, rows,
                columns, abreast: abreast, lanes: lanes)
            }
            : Packing.panels(weights, matrices: gates * blocks, rows, columns, height: sub * lanes)
        ),
        .floats(x), bias.map { .floats($0) } ?? .absent, .anything,
      ],
      // The sum of |terms| is at most columns + 1, and each of as many roundings may lose 2^-24.
      expected: [
        Expectation(
          operand: 3, stride: yStride, rows: y(),
          absolute: 0x1p-24 * Double((columns + 1) * (columns + 1)))
      ])
  }
}

/// The packings of `kernels.def`, from their index formulas.
enum Packing {
  /// `[matrices][panels][columns][height]` of row-major matrices.
  static func panels(
    _ stored: [Float], matrices: Int, _ rows: Int, _ columns: Int, height: Int
  ) -> [Float] {
    let panels = (rows + height - 1) / height
    var packed = [Float](repeating: 0, count: matrices * panels * columns * height)
    for matrix in 0..<matrices {
      for r in 0..<rows {
        for k in 0..<columns {
          let panel = matrix * panels + r / height
          packed[(panel * columns + k) * height + r % height] =
            stored[(matrix * rows + r) * columns + k]
        }
      }
    }
    return packed
  }

  /// How many blocks share a panel: as many as fit.
  static func abreast(_ size: Int, _ blocks: Int, lanes: Int) -> Int {
    size > 0 && 2 * size <= lanes ? max(1, min(blocks, lanes / size)) : 1
  }

  /// `[ceil(blocks / abreast)][columns][gates][lanes]` of matrices `[gates][blocks][rows][columns]`.
  static func abreast(
    _ stored: [Float], gates: Int, blocks: Int, _ rows: Int, _ columns: Int, abreast: Int,
    lanes: Int
  ) -> [Float] {
    let panels = (blocks + abreast - 1) / abreast
    var packed = [Float](repeating: 0, count: panels * columns * gates * lanes)
    for g in 0..<gates {
      for block in 0..<blocks {
        for r in 0..<rows {
          for k in 0..<columns {
            let lane = block % abreast * rows + r
            packed[((block / abreast * columns + k) * gates + g) * lanes + lane] =
              stored[((g * blocks + block) * rows + r) * columns + k]
          }
        }
      }
    }
    return packed
  }

  /// `[blocks][panels][m][gates][lanes]` of matrices stored `[gates][blocks][m][m]`.
  static func gates(
    _ stored: [Float], gates: Int, blocks: Int, _ m: Int, abreast: Int = 1, lanes: Int
  ) -> [Float] {
    if abreast > 1 {
      return self.abreast(
        stored, gates: gates, blocks: blocks, m, m, abreast: abreast, lanes: lanes)
    }
    let panels = (m + lanes - 1) / lanes
    var packed = [Float](repeating: 0, count: blocks * panels * m * gates * lanes)
    for g in 0..<gates {
      for block in 0..<blocks {
        for r in 0..<m {
          for k in 0..<m {
            let panel = block * panels + r / lanes
            packed[((panel * m + k) * gates + g) * lanes + r % lanes] =
              stored[((g * blocks + block) * m + r) * m + k]
          }
        }
      }
    }
    return packed
  }
}
