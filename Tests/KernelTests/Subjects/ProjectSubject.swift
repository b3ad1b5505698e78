import Tensors

/// y[t][g][b rows + r] = bias + sum over k of w x[t][b columns + k].
struct ProjectSubject: MatrixSubject {
  static let family = "project"
  let weights: WeightType
  var inputs = WeightType.f32

  func cases(lanes: Int) -> [KernelCase] {
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
      for steps in [1, 2, 3, 5, 6, 9, 13] {
        cases.append(
          make(
            rows: 9 * lanes + 1, columns: 9, blocks: 1, gates: 1, sub: sub, steps: steps,
            lanes: lanes, &random))
      }
    }
    for (blocks, gates) in [(1, 1), (1, 4), (2, 3)] {
      cases.append(
        make(
          rows: 150, columns: 301, blocks: blocks, gates: gates, sub: 4, steps: 7, lanes: lanes,
          &random))
    }
    // Blocks abreast, the last panel whole or not.
    for (rows, columns) in [(1, 1), (2, 2), (1, 3), (3, 1), (lanes / 2, lanes / 2)] {
      for blocks in [2, 3, 2 * lanes + 1, 4 * lanes] where rows > 0 {
        cases.append(
          make(
            rows: rows, columns: columns, blocks: blocks, gates: random.pick([1, 2, 3, 4]),
            sub: 1, steps: random.pick([1, 2, 5]), lanes: lanes, &random))
      }
    }
    return cases
  }

  private func make(
    rows: Int, columns: Int, blocks: Int, gates: Int, sub: Int, steps: Int, lanes: Int,
    _ random: inout SeededRandom
  ) -> KernelCase {
    let (out, width) = (gates * blocks * rows, blocks * columns)
    let (xStride, yStride) = (width + random.pick([0, 3]), out + random.pick([0, 5]))
    let w = weights.rounded(random.floats(out * columns))
    let x = random.rows(steps, width: width, stride: xStride)
    let bias: [Float]? = random.pick([true, false]) ? random.floats(out) : nil
    let read = inputs.rounded(x)
    func y() -> [[Double]] {
      (0..<steps).map { t in (0..<out).map { i in element(t, i) } }
    }
    func element(_ t: Int, _ i: Int) -> Double {
      let start = t * xStride + i / rows % blocks * columns
      return (0..<columns).reduce(Double(bias?[i] ?? 0)) {
        $0 + Double(w[i * columns + $1]) * Double(read[start + $1])
      }
    }
    let sub = gates > 1 ? 1 : sub
    let abreast =
      sub == 1 && rows > 0 ? Packing.abreast(max(rows, columns), blocks, lanes: lanes) : 1
    let vectors = gates > 1 ? gates : sub
    let interleave = random.pick(vectors <= 2 ? [1, 2, 4] : [1, 2])
    let serpentine = random.pick([0, 1])
    let packed =
      gates > 1 || abreast > 1
      ? Packing.gates(
        w, gates: gates, blocks: blocks, rows, columns, abreast: abreast, lanes: lanes)
      : Packing.panels(w, matrices: blocks, rows, columns, height: sub * lanes)
    return KernelCase(
      label:
        "\(gates) gates of \(blocks) blocks [\(rows), \(columns)], \(abreast) abreast, sub \(sub),"
        + " interleave \(interleave), \(steps) steps",
      integers: [
        rows, columns, blocks, abreast, gates, sub, interleave, serpentine, xStride, yStride,
      ].map { Int32($0) },
      steps: steps,
      contents: [
        weights.contents(packed, columns: columns, width: vectors * lanes),
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

/// The cases of a family of kernels with one row for each type of weights.
protocol MatrixSubject: KernelSubject {
  static var family: String { get }
  var weights: WeightType { get }
  /// What x or h is rounded to before a product.
  var inputs: WeightType { get }
  init(weights: WeightType, inputs: WeightType)
}

extension MatrixSubject {
  var kernel: String { "\(Self.family)_\(weights.rawValue)" }
  var roundingInputs: any KernelSubject { Self(weights: weights, inputs: weights) }
}

/// How a kernel's weights are stored.
enum WeightType: String, CaseIterable {
  case f32, bf16

  /// The nearest weights that can be stored.
  func rounded(_ weights: [Float]) -> [Float] {
    self == .f32 ? weights : weights.map { Float(bfloat16Bits: $0.bfloat16Bits) }
  }

  /// Panels `[panels][columns][width]` as the kernel reads them, from the index formula: word
  /// `[panel][k / 2][i]` holds columns k and k + 1 of bf16.
  func contents(_ packed: [Float], columns: Int, width: Int) -> KernelCase.Contents {
    if self == .f32 { return .floats(packed) }
    let (panel, pairs) = (columns * width, (columns + 1) / 2)
    let panels = panel == 0 ? 0 : packed.count / panel
    func bits(_ p: Int, _ k: Int, _ i: Int) -> UInt32 {
      k < columns ? UInt32(packed[p * panel + k * width + i].bfloat16Bits) : 0
    }
    var words: [UInt32] = []
    for p in 0..<panels {
      for pair in 0..<pairs {
        for i in 0..<width { words.append(bits(p, 2 * pair, i) | bits(p, 2 * pair + 1, i) << 16) }
      }
    }
    return .pairs(words)
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

  /// `[panels][columns][gates][lanes]` of matrices `[gates][blocks][rows][columns]`: panels of one
  /// block, or of blocks abreast.
  static func gates(
    _ stored: [Float], gates: Int, blocks: Int, _ rows: Int, _ columns: Int, abreast: Int = 1,
    lanes: Int
  ) -> [Float] {
    let inBlock = (rows + lanes - 1) / lanes
    let panels = abreast > 1 ? (blocks + abreast - 1) / abreast : blocks * inBlock
    var packed = [Float](repeating: 0, count: panels * columns * gates * lanes)
    for g in 0..<gates {
      for block in 0..<blocks {
        for r in 0..<rows {
          let panel = abreast > 1 ? block / abreast : block * inBlock + r / lanes
          let lane = abreast > 1 ? block % abreast * rows + r : r % lanes
          for k in 0..<columns {
            packed[((panel * columns + k) * gates + g) * lanes + lane] =
              stored[((g * blocks + block) * rows + r) * columns + k]
          }
        }
      }
    }
    return packed
  }
}
