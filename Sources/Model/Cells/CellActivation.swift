import IR

/// An activation of a cell's gates: a function with its parameter, or one of those with two that
/// ONNX names beside them. In descriptions a word, or a map: `{kind: affine, alpha: 2, beta: 0.5}`.
package enum CellActivation: Hashable, Sendable {
  case plain(Activation)
  /// alpha x + beta.
  case affine(alpha: Float, beta: Float)
  /// alpha tanh(beta x).
  case scaledTanh(alpha: Float, beta: Float)
  /// clip(alpha x + beta, 0, 1).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x > alpha ? x : 0.
  case thresholdedRelu(alpha: Float)

  package static let tanh = CellActivation.plain(.tanh)
  package static let sigmoid = CellActivation.plain(.sigmoid)
  package static let linear = CellActivation.plain(.linear)

  /// A kind with its parameters by their keys; those left out have their defaults. nil where there is
  /// no such kind.
  package init?(kind: String, parameters: [String: Double] = [:]) {
    func number(_ key: String, _ initial: Float) -> Float {
      parameters[key].map { Float($0) } ?? initial
    }
    switch kind {
    case "affine": self = .affine(alpha: number("alpha", 1), beta: number("beta", 0))
    case "scaled_tanh": self = .scaledTanh(alpha: number("alpha", 1), beta: number("beta", 1))
    case "thresholded_relu": self = .thresholdedRelu(alpha: number("alpha", 1))
    case Activation.Function.hardSigmoid.rawValue where !parameters.isEmpty:
      self = .hardSigmoid(alpha: number("alpha", 1 / 6), beta: number("beta", 0.5))
    default:
      guard let function = Activation.Function(rawValue: kind) else { return nil }
      let parameter = function.parameter.map { number($0.key, $0.initial) }
      self = .plain(Activation(function, parameter: parameter))
    }
  }

  /// Every kind, the plain functions first.
  package static let kinds =
    Activation.Function.allCases.map(\.rawValue) + ["affine", "scaled_tanh", "thresholded_relu"]

  /// The keys of a kind's parameters.
  package static func parameterKeys(of kind: String) -> [String] {
    switch kind {
    case "affine", "scaled_tanh", Activation.Function.hardSigmoid.rawValue: ["alpha", "beta"]
    case "thresholded_relu": ["alpha"]
    default: Activation.Function(rawValue: kind)?.parameter.map { [$0.key] } ?? []
    }
  }
}

extension CellStep {
  package mutating func activation(_ activation: CellActivation, _ x: ValueID) -> ValueID {
    switch activation {
    case .plain(let plain): return self.activation(plain, x)
    case .affine(let alpha, let beta): return affine(x, alpha, beta)
    case .scaledTanh(let alpha, let beta):
      return multiply(number(alpha), tanh(multiply(number(beta), x)))
    case .hardSigmoid(let alpha, let beta):
      return maximum(minimum(affine(x, alpha, beta), number(1)), number(0))
    case .thresholdedRelu(let alpha):
      // x times a share that is 1 where x - alpha is the least positive number already. Without the
      // lower limit an infinite x would make it NaN.
      let huge = number(.greatestFiniteMagnitude)
      let above = maximum(subtract(x, number(alpha)), number(0))
      let share = minimum(multiply(above, huge), number(1))
      return multiply(maximum(x, number(-.greatestFiniteMagnitude)), share)
    }
  }

  private mutating func affine(_ x: ValueID, _ alpha: Float, _ beta: Float) -> ValueID {
    add(multiply(number(alpha), x), number(beta))
  }
}
