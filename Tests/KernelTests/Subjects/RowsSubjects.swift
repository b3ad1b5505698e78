import Foundation
import Tensors

/// Cases of a kernel that maps rows to rows; some rows hold infinities or NaN.
private func rowCases(
  lanes: Int, widths: [Int], relative: Double, absolute: Double,
  _ function: ([Double]) -> [Double]
) -> [KernelCase] {
  var random = SeededRandom(seed: 31)
  let specials: [Float] = [.infinity, -.infinity, .nan, 0, 88, -1e30]
  return widths.flatMap { width in
    (0..<6).map { kind in
      let steps = [0, 1, 3][kind % 3]
      var x = random.rows(steps, width: width, stride: width + 2, kind == 4 ? 40 : 3)
      if kind >= 4 && steps > 0 && width > 0 { x[width / 2] = random.pick(specials) }
      let rows = (0..<steps).map { t in
        function(x[t * (width + 2)..<t * (width + 2) + width].map(Double.init))
      }
      return KernelCase(
        label: "\(width) elements, \(steps) steps, kind \(kind)",
        integers: [Int32(width), Int32(width + 2), Int32(width + 1)], steps: steps,
        contents: [.floats(x), .anything],
        expected: [
          Expectation(
            operand: 1, stride: width + 1, rows: rows, absolute: absolute, relative: relative)
        ])
    }
  }
}

private func logSoftmax(_ x: [Double]) -> [Double] {
  let top = x.max { $0 < $1 } ?? 0
  let sum = x.reduce(0) { $0 + exp($1 - top) }
  return x.map { $0 - top - log(sum) }
}

struct SoftmaxSubject: KernelSubject {
  let kernel = "softmax_f32"

  func cases(lanes: Int) -> [KernelCase] {
    // x - max is rounded to half an ulp, at most 2^-20 below 32.
    rowCases(lanes: lanes, widths: widths(lanes), relative: 5e-6, absolute: 1e-30) {
      logSoftmax($0).map(exp)
    }
  }
}

struct LogSoftmaxSubject: KernelSubject {
  let kernel = "log_softmax_f32"

  func cases(lanes: Int) -> [KernelCase] {
    rowCases(lanes: lanes, widths: widths(lanes), relative: 3e-7, absolute: 1e-6, logSoftmax)
  }
}

struct LayerNormSubject: KernelSubject {
  let kernel = "layer_norm_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 32)
    return widths(lanes).filter { $0 > 0 }.flatMap { width in
      [0, 1, 4].map { steps in make(width: width, steps: steps, &random) }
    }
  }

  private func make(
    width: Int, steps: Int, _ random: inout SeededRandom
  ) -> KernelCase {
    let epsilon: Float = 1e-5
    let (weight, bias) = (random.floats(width, 2), random.floats(width, 2))
    let x = random.rows(steps, width: width, stride: width + 1, 4)
    let rows = (0..<steps).map { t in
      let row = x[t * (width + 1)..<t * (width + 1) + width].map(Double.init)
      let mean = row.reduce(0, +) / Double(width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let scale = 1 / (variance + Double(epsilon)).squareRoot()
      return row.indices.map { (row[$0] - mean) * scale * Double(weight[$0]) + Double(bias[$0]) }
    }
    return KernelCase(
      label: "\(width) elements, \(steps) steps",
      integers: [
        Int32(width), Int32(bitPattern: epsilon.bitPattern), Int32(width + 1), Int32(width),
      ],
      steps: steps,
      contents: [.floats(x), .floats(weight), .floats(bias), .anything],
      expected: [
        Expectation(operand: 3, stride: width, rows: rows, absolute: 5e-6)
      ])
  }
}
