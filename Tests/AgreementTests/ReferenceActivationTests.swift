import IR
import Reference
import TestSupport
import Testing

/// The reference's activations against values from tables of the functions.
@Suite struct ReferenceActivationTests {
  /// Pairs (x, f(x)) with the parameter where it is not the default.
  static let values: [Activation.Function: [(x: Double, y: Double)]] = [
    .linear: [(-2.5, -2.5)],
    .tanh: [(0.5, 0.46211715726000975), (-20, -1)],
    .sigmoid: [(0, 0.5), (2, 0.8807970779778823), (-800, 0)],
    .relu: [(-1, 0), (3, 3)],
    .softplus: [(0, 0.6931471805599453), (-40, 4.248354255291589e-18), (800, 800)],
    .softsign: [(3, 0.75), (-1, -0.5)],
    .gelu: [(1, 0.8413447460685429), (-2, -0.04550026389635842)],
    .silu: [(2, 1.7615941559557646), (0, 0)],
    .exp: [(1, 2.718281828459045)],
    .sqrt: [(2.25, 1.5)],
    .square: [(-3, 9)],
    .abs: [(-3, 3)],
    .hardSigmoid: [(-4, 0), (0, 0.5), (1.5, 0.75), (4, 1)],
    .hardSigmoid02: [(-3, 0), (0, 0.5), (1, 0.7), (3, 1)],
    .clippedRelu: [(-1, 0), (19, 19), (21, 20)],
    .leakyRelu: [(5, 5), (-100, -1)],
    .elu: [(2, 2), (-1, -0.6321205588285577)],
    .log: [(1, 0), (7.38905609893065, 2), (-3, -.infinity)],
  ]

  @Test(arguments: Activation.Function.allCases)
  func formula(function: Activation.Function) throws {
    let pairs = try #require(Self.values[function], "no values for '\(function.rawValue)'")
    for (x, want) in pairs {
      // The default slope 0.01 of leaky_relu is an f32, hence the relative 1e-7.
      expectClose(
        [ReferenceActivation.apply(Activation(function), to: x)], [want], absolute: 1e-15,
        relative: function == .leakyRelu ? 1e-7 : 1e-15, "\(function.rawValue)(\(x))")
    }
  }

  @Test func parameters() {
    #expect(ReferenceActivation.apply(Activation(.clippedRelu, parameter: 6), to: 7.0) == 6)
    #expect(ReferenceActivation.apply(Activation(.leakyRelu, parameter: 0.25), to: -8.0) == -2)
    #expect(ReferenceActivation.apply(Activation(.log, parameter: 1), to: 0.5) == 0)
    expectClose(
      [ReferenceActivation.apply(Activation(.elu, parameter: 2), to: -1.0)], [-1.2642411176571153],
      absolute: 1e-15)
  }

  /// The evaluator of IR has its own formulas; two ways to say each must agree.
  @Test(arguments: Activation.Function.allCases)
  func evaluatorAgrees(function: Activation.Function) throws {
    let activation = Activation(function)
    var builder = Builder(Function(name: "f"))
    let x = builder.parameter("x", .vector(1))
    let y = builder.activation(activation, x)
    var evaluator = IREvaluator(builder.finish(results: [("y", y)]))
    for i in -60...60 {
      let x = Double(i) / 7
      let want = ReferenceActivation.apply(activation, to: x)
      if want.isNaN { continue }
      expectClose(evaluator.step([[x]])[0], [want], absolute: 1e-15, relative: 1e-14, "f(\(x))")
    }
  }
}
