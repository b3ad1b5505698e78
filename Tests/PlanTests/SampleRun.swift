import Glibc
import Plan
import Runtime
import Tensors

/// Inputs and outputs of a run of `SamplePlan.everything`.
struct SampleRun {
  var x: [Float]
  var token: [Int32]
  var steps: Int { token.count }

  init(steps: Int, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    x = (0..<3 * steps).map { _ in random.uniform(2) }
    token = (0..<steps).map { _ in Int32(truncatingIfNeeded: random.next() % 5) }
  }

  static func program(tile: Int = 4) throws -> Program {
    try Program(planBytes: try SamplePlan.bytes(SamplePlan.everything(tile: tile)))
  }

  /// Runs steps `range` and returns the rows of y.
  func run(_ stream: inout Stream, _ range: Range<Int>) throws(RuntimeError) -> [Float] {
    var y = [Float](repeating: .nan, count: 4 * range.count)
    let x = Array(self.x[3 * range.lowerBound..<3 * range.upperBound])
    let token = Array(self.token[range])
    let result = x.withUnsafeBytes { x in
      token.withUnsafeBytes { token in
        y.withUnsafeMutableBytes { y in
          let inputs = [x.baseAddress, token.baseAddress]
          let outputs = [y.baseAddress]
          return Result { () throws(RuntimeError) in
            try stream.run(inputs: inputs, outputs: outputs, steps: range.count)
          }
        }
      }
    }
    try result.get()
    return y
  }

  /// All steps on a fresh stream, in portions of the given sizes, repeated.
  func run(_ program: Program, portions: [Int]) throws -> [Float] {
    var stream = Stream(program)
    var y: [Float] = []
    var start = 0
    var i = 0
    while start < steps {
      let end = min(steps, start + portions[i % portions.count])
      y += try run(&stream, start..<end)
      start = end
      i += 1
    }
    return y
  }

  /// The equations of `SamplePlan.everything` in `Double`, by plain loops: rows of y.
  func expected() -> [Double] {
    let plan = SamplePlan.everything()
    let w = plan.floats("rnn.weight_ih_l0")
    let u = plan.floats("rnn.weight_hh_l0")
    let table = plan.floats("table")
    var h = plan.floats("rnn.h_l0 at the start")
    var c = [0.0, 0.0]
    var m = [0.0, 0.0]
    var y: [Double] = []
    for t in 0..<steps {
      var gates = [Double](repeating: 0, count: 8)  // i f g o, two units each
      for g in 0..<4 {
        for unit in 0..<2 {
          for k in 0..<3 { gates[2 * g + unit] += w[(2 * g + unit) * 3 + k] * Double(x[3 * t + k]) }
          for k in 0..<2 { gates[2 * g + unit] += u[(unit * 2 + k) * 4 + g] * h[k] }
        }
      }
      for unit in 0..<2 {
        c[unit] = sigmoid(gates[2 + unit]) * c[unit] + sigmoid(gates[unit]) * tanh(gates[4 + unit])
        h[unit] = sigmoid(gates[6 + unit]) * tanh(c[unit])
        m[unit] += table[2 * Int(token[t]) + unit]
        m[unit] /= 1 + abs(m[unit])
      }
      y += h + m
    }
    return y
  }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

extension Plan {
  /// The values of the weight buffer `name`.
  func floats(_ name: String) -> [Double] {
    let buffer = buffers.first { $0.name == name }!
    guard case .weight(let offset) = buffer.storage else { return [] }
    return weights.withUnsafeBytes { bytes in
      (0..<buffer.width).map {
        Double(bytes.loadUnaligned(fromByteOffset: offset + 4 * $0, as: Float.self))
      }
    }
  }
}
