import IR
import Model
import Reference
import Testing

/// Hand-built networks whose behaviour is known in closed form.
@Suite struct ReferenceDynamicsTests {
  /// The states of a scalar network h' = a(w h + b) under no input, h_0 first.
  private func orbit(
    _ activation: Activation.Function, w: Float, b: Float = 0, from start: Float, steps: Int
  ) throws -> [Double] {
    var model = try ReferenceModel(
      .elman(
        activation, inputMatrix: [0], recurrentMatrix: [w], bias: [b], initial: [start]))
    let zeros = [Double](repeating: 0, count: steps)
    return [Double(start)] + (try model.run(["x": zeros], steps: steps)["y"]!)
  }

  @Test(arguments: [-2, -1, -0.5, 0, 0.5, 1, 2] as [Float])
  func linearScalarIsAPowerOfItsWeight(w: Float) throws {
    let h = try orbit(.linear, w: w, from: 3, steps: 40)
    var power = 3.0
    for value in h {
      #expect(value == power)
      power *= Double(w)
    }
  }

  @Test func rotationKeepsTheNorm() throws {
    var model = try ReferenceModel(
      .elman(
        .linear, inputMatrix: [0, 0], recurrentMatrix: [0.6, -0.8, 0.8, 0.6], initial: [1, 0]))
    let h = try model.run(["x": [Double](repeating: 0, count: 100)], steps: 100)["y"]!
    // 0.6 and 0.8 are not exact in f32: the radius is 1 + 1e-8 at most.
    for t in 0..<100 {
      let norm = (h[2 * t] * h[2 * t] + h[2 * t + 1] * h[2 * t + 1]).squareRoot()
      #expect(abs(norm - 1) < 100 * 0x1p-24)
    }
    #expect(abs(h[0] - 0.6) < 1e-7 && abs(h[1] - 0.8) < 1e-7)
  }

  @Test(arguments: [0.25, 0.5, 0.9] as [Float])
  func tanhBelowOneHasOneFixedPoint(w: Float) throws {
    for start in [-1, 0.1, 1] as [Float] {
      #expect(abs(try orbit(.tanh, w: w, from: start, steps: 500).last!) < 1e-12)
    }
  }

  @Test func tanhAboveOneHasThreeFixedPoints() throws {
    // h = tanh(2 h) besides 0: h = 0.957504024...
    let ends = try [-0.01, 0, 0.01].map { try orbit(.tanh, w: 2, from: $0, steps: 500).last! }
    #expect(abs(ends[0] + 0.9575040240772688) < 1e-12)
    #expect(ends[1] == 0)
    #expect(abs(ends[2] - 0.9575040240772688) < 1e-12)
  }

  @Test func logisticMapOfOneUnitSettles() throws {
    // w = 4, b = -2 is symmetric about 1/2, and from sigmoid(0.5) the state stays above it.
    let h = try orbit(.sigmoid, w: 4, b: -2, from: 0.62245935, steps: 50)
    #expect(zip(h, h.dropFirst()).allSatisfy { $1 > 0.5 && $1 < $0 })
    #expect(abs(h[50] - 0.5) < 0.15)
  }

  @Test func parityIsExact() throws {
    var model = try ReferenceModel(.parity)
    let bits = (0..<10_000).map { ($0 &* 2_654_435_761) >> 7 & 1 }
    let y = try model.run(["x": bits.map(Double.init)], steps: bits.count)["y"]!
    var parity = 0
    for (bit, value) in zip(bits, y) {
      parity ^= bit
      #expect(value == Double(parity))
    }
  }
}
