import Foundation
import Kernels
import Tensors

/// Random programs over all opcodes: each instruction's value is compared on its own inputs' values
/// in `Double`, so that errors do not pile up through ill-conditioned chains.
struct PointwiseSubject: KernelSubject {
  let kernel = "pointwise_f32"

  func cases(lanes: Int) -> [KernelCase] {
    var random = SeededRandom(seed: 41)
    let sizes = widths(lanes) + [64, 65, 130]
    return sizes.flatMap { width in
      (0..<4).map { kind in gated(width: width, kind: kind, &random) }
    } + [affine(lanes: lanes), most(lanes: lanes)]
  }

  /// y0 = sigmoid(a) b + tanh(a) c, y1 = a, with c one row for all steps (kind 1 and 3: contiguous
  /// rows; kind 2: y0 has one row in all).
  private func gated(
    width: Int, kind: Int, _ random: inout SeededRandom
  ) -> KernelCase {
    let (steps, gap) = (random.pick([0, 1, 2, 5]), kind == 1 || kind == 3 ? 0 : 3)
    let cStride = kind == 3 ? width : 0
    let a = random.rows(steps, width: width, stride: width + gap, 4)
    let b = random.rows(steps, width: width, stride: width + gap, 4)
    let c =
      cStride == 0
      ? random.floats(steps > 0 ? width : 0) : random.rows(steps, width: width, stride: width)
    let rows = (0..<steps).map { t in
      (0..<width).map { i in
        let x = Double(a[t * (width + gap) + i])
        return sigmoid(x) * Double(b[t * (width + gap) + i])
          + tanh(x) * Double(c[t * cStride + i])
      }
    }
    let same = (0..<steps).map { t in (0..<width).map { Double(a[t * (width + gap) + $0]) } }
    let yStride = kind == 2 ? 0 : width + gap
    var program = PointwiseCode(inputs: 3)
    let sum = program.add(
      "add", program.add("multiply", program.add("sigmoid", 0), 1),
      program.add("multiply", program.add("tanh", 0), 2))
    return KernelCase(
      label: "gates of \(width), kind \(kind), \(steps) steps",
      integers: program.integers(
        width: width, inputStrides: [width + gap, width + gap, cStride],
        outputStrides: [yStride, width + gap], outputs: [sum, 0]),
      steps: steps,
      contents: [.floats(a), .floats(b), .floats(c), .anything, .anything],
      expected: [
        Expectation(
          operand: 3, stride: yStride, rows: yStride == 0 ? rows.suffix(1) : rows, absolute: 2e-6),
        Expectation(operand: 4, stride: width + gap, rows: same, absolute: 0),
      ])
  }

  /// No instruction, no output, no input: nothing happens.
  private func affine(lanes: Int) -> KernelCase {
    KernelCase(
      label: "empty program",
      integers: PointwiseCode(inputs: 0).integers(
        width: 9, inputStrides: [], outputStrides: [], outputs: []),
      steps: 2, contents: [])
  }

  /// As many registers as there can be.
  private func most(lanes: Int) -> KernelCase {
    var program = PointwiseCode(inputs: 1)
    var last = 0
    for _ in 0..<127 { last = program.add("add", last, 0) }
    return KernelCase(
      label: "127 instructions",
      integers: program.integers(
        width: 3, inputStrides: [3], outputStrides: [3], outputs: [last]),
      steps: 1, contents: [.floats([1, 2, -3]), .anything],
      expected: [Expectation(operand: 1, stride: 3, rows: [[128, 256, -384]], absolute: 0)])
  }
}

/// Builds the integers of a pointwise call.
struct PointwiseCode {
  let inputs: Int
  private var code: [Int32] = []

  init(inputs: Int) { self.inputs = inputs }

  /// The register of the new instruction.
  mutating func add(_ name: String, _ a: Int, _ b: Int = 0, parameter: Float = 0) -> Int {
    code += [
      Int32(Opcode.named(name)!.index), Int32(a), Int32(b), Int32(bitPattern: parameter.bitPattern),
    ]
    return inputs + code.count / 4 - 1
  }

  func integers(
    width: Int, inputStrides: [Int], outputStrides: [Int], outputs: [Int]
  ) -> [Int32] {
    let head = [width, inputs, outputs.count, code.count / 4]
    return (head + inputStrides + outputStrides + outputs).map { Int32($0) } + code
  }
}
