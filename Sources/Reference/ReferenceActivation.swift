import Foundation
import IR
import Model

/// The activations' textbook formulas in `Double` with the C library's functions.
package enum ReferenceActivation {
  package static func apply(_ activation: Activation, to x: Double) -> Double {
    let p = Double(activation.parameter)
    switch activation.function {
    case .linear: return x
    case .tanh: return Foundation.tanh(x)
    case .sigmoid: return logistic(x)
    case .relu: return x < 0 ? 0 : x
    case .softplus: return max(x, 0) + log1p(Foundation.exp(-Swift.abs(x)))
    case .softsign: return x / (1 + Swift.abs(x))
    case .gelu: return 0.5 * x * (1 + erf(x / 2.0.squareRoot()))
    case .silu: return x * logistic(x)
    case .exp: return Foundation.exp(x)
    case .sqrt: return x.squareRoot()
    case .square: return x * x
    case .abs: return Swift.abs(x)
    case .hardSigmoid: return min(max(x + 3, 0), 6) / 6
    case .hardSigmoid02: return min(max(0.2 * x + 0.5, 0), 1)
    case .clippedRelu: return min(max(x, 0), p)
    case .leakyRelu: return x < 0 ? p * x : x
    case .elu: return x < 0 ? p * expm1(x) : x
    case .log: return Foundation.log(max(x, p))
    }
  }

  package static func apply(_ activation: CellActivation, to x: Double) -> Double {
    switch activation {
    case .plain(let plain): return apply(plain, to: x)
    case .affine(let alpha, let beta): return Double(alpha) * x + Double(beta)
    case .scaledTanh(let alpha, let beta): return Double(alpha) * Foundation.tanh(Double(beta) * x)
    case .hardSigmoid(let alpha, let beta):
      return min(max(Double(alpha) * x + Double(beta), 0), 1)
    case .thresholdedRelu(let alpha): return x > Double(alpha) ? x : 0
    }
  }

  package static func apply(_ activation: Activation, to x: [Double]) -> [Double] {
    x.map { apply(activation, to: $0) }
  }

  private static func logistic(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }
}
