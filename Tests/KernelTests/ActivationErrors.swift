import Foundation

/// What one opcode computes, and by how much it may miss it.
struct Opcodes: Sendable {
  var name: String
  var parameter: Float = 0
  /// The largest |got - want| for an argument and its exact result: what `activation-inl.h` states.
  /// Results below the normal numbers may also be zero.
  var error: @Sendable (_ x: Double, _ want: Double) -> Double
  var function: @Sendable (_ x: Double, _ parameter: Double) -> Double

  init(
    _ name: String, parameter: Float = 0,
    error: @escaping @Sendable (Double, Double) -> Double = { _, _ in 0 },
    _ function: @escaping @Sendable (Double, Double) -> Double
  ) {
    (self.name, self.parameter) = (name, parameter)
    (self.error, self.function) = (error, function)
  }

  /// Whether `got` is an allowed result for `x`. NaN and infinities must be met exactly; what rounds
  /// to infinity may miss it by the stated error.
  func holds(_ got: Float, _ x: Double, _ want: Double) -> Bool {
    if want.isNaN { return got.isNaN }
    let rounded = Float(want)
    if want.isInfinite { return got == rounded }
    if Double(got) == want || got == rounded { return true }
    return abs(Double(got) - want) <= error(x, want)
  }
}

extension Opcodes {
  /// The same for one argument; `flushing`, subnormal numbers may count as zero anywhere, which
  /// costs 2^-125. (A logarithm has its pole there: any value below that of 2^-126 will do, since
  /// emulators flush in products but not in comparisons.)
  func holds(_ got: Float, at x: Float, flushing: Bool) -> Bool {
    let want = function(Double(x), Double(parameter))
    if holds(got, Double(x), want) { return true }
    if !flushing { return false }
    let flushed = x.isSubnormal ? function(0, Double(parameter)) : want
    if flushed == -.infinity, x.isSubnormal { return got < -87.3 }
    return holds(got, Double(x), flushed) || abs(Double(got) - flushed) <= 0x1p-125
  }

  /// 2^-23, the unit of relative errors; one rounding is off by half of it.
  static let ulp = 0x1p-23

  /// So many units of the result, plus rounding among the subnormal numbers.
  static func ulps(_ count: Double) -> @Sendable (Double, Double) -> Double {
    { _, want in count * ulp * abs(want) + 0x1p-149 }
  }

  /// The activations, with the errors that stand beside them in `activation-inl.h`.
  static let unary: [Opcodes] = [
    Opcodes("linear") { x, _ in x },
    Opcodes("tanh", error: ulps(3)) { x, _ in tanh(x) },
    Opcodes("sigmoid", error: exponential(zeroBelow: -88.3)) { x, _ in sigmoid(x) },
    Opcodes("relu") { x, _ in x.isNaN ? x : max(x, 0) },
    Opcodes("softplus", error: exponential(zeroBelow: -87.6)) { x, _ in
      x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x)))
    },
    Opcodes("softsign", error: ulps(1)) { x, _ in x / (1 + abs(x)) },
    Opcodes("gelu", error: gaussian) { x, _ in 0.5 * x * erfc(-x / 2.0.squareRoot()) },
    Opcodes("silu", error: exponential(zeroBelow: -88.3)) { x, _ in x * sigmoid(x) },
    Opcodes("exp", error: ulps(2)) { x, _ in exp(x) },
    Opcodes("sqrt", error: ulps(0.5)) { x, _ in x.squareRoot() },
    Opcodes("square", error: ulps(0.5)) { x, _ in x * x },
    Opcodes("abs") { x, _ in abs(x) },
    Opcodes("hard_sigmoid", error: ulps(1.5)) { x, _ in
      x.isNaN ? x : min(max(x + 3, 0), 6) / 6
    },
    Opcodes("hard_sigmoid_02", error: halfUnitOfOne) { x, _ in
      x.isNaN ? x : min(max(0.2 * x + 0.5, 0), 1)
    },
    Opcodes("clipped_relu", parameter: 20) { x, p in x.isNaN ? x : min(max(x, 0), p) },
    Opcodes("leaky_relu", parameter: 0.01, error: ulps(0.5)) { x, p in x < 0 ? p * x : x },
    Opcodes("elu", parameter: 1.5, error: ulps(3)) { x, p in x < 0 ? p * expm1(x) : x },
    Opcodes("log", error: ulps(2)) { x, p in x.isNaN ? x : log(max(x, p)) },
    Opcodes("log", parameter: 0.125, error: ulps(2)) { x, p in x.isNaN ? x : log(max(x, p)) },
    Opcodes("log", parameter: -.infinity, error: ulps(2)) { x, _ in log(x) },
  ]

  /// Of functions that are e^x far below zero, where 0 may stand for them from `least` on.
  private static func exponential(
    zeroBelow least: Double
  ) -> @Sendable (Double, Double) -> Double {
    { x, want in
      ((2 + 0.65 * max(0, -x)) * ulp + (x < least ? 1 : 0)) * abs(want) + 0x1p-149
    }
  }

  private static let halfUnitOfOne: @Sendable (Double, Double) -> Double = { _, _ in 0x1p-24 }

  /// Of gelu, which is e^(-x^2 / 2) far below zero, where 0 may stand for it from -12.9 on.
  private static let gaussian: @Sendable (Double, Double) -> Double = { x, want in
    ((6 + (x < 0 ? x * x / 4 : 0)) * ulp + (x < -12.9 ? 1 : 0)) * abs(want) + 0x1p-149
  }
}
