import Foundation
import Onnx

/// One activation of RNN, GRU or LSTM with its parameters.
struct OnnxActivation: Sendable {
  private let function: Function
  private let alpha: Double
  private let beta: Double

  /// The functions that the specification lists; names are compared without case.
  private enum Function: String, CaseIterable {
    case affine, elu, hardSigmoid, leakyRelu, relu, scaledTanh, sigmoid, softplus, softsign, tanh
    case thresholdedRelu

    init?(word: String) {
      guard
        let found = Self.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() })
      else { return nil }
      self = found
    }

    var takesAlpha: Bool { hasNoDefault || Self.defaultAlpha[self] != nil }
    var takesBeta: Bool { hasNoDefault || self == .hardSigmoid }
    /// Affine and ScaledTanh: the specification gives no values.
    var hasNoDefault: Bool { self == .affine || self == .scaledTanh }

    static let defaultAlpha: [Function: Double] = [
      .elu: 1, .hardSigmoid: Double(Float(0.2)), .leakyRelu: Double(Float(0.01)),
      .thresholdedRelu: 1,
    ]
  }

  func callAsFunction(_ x: Double) -> Double {
    switch function {
    case .affine: alpha * x + beta
    case .elu: x < 0 ? alpha * expm1(x) : x
    case .hardSigmoid: min(max(alpha * x + beta, 0), 1)
    case .leakyRelu: x < 0 ? alpha * x : x
    case .relu: x < 0 ? 0 : x
    case .scaledTanh: alpha * Foundation.tanh(beta * x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .softplus: max(x, 0) + log1p(exp(-abs(x)))
    case .softsign: x / (1 + abs(x))
    case .tanh: Foundation.tanh(x)
    case .thresholdedRelu: x >= alpha ? x : 0
    }
  }

  func callAsFunction(_ x: [Double]) -> [Double] { x.map { self($0) } }

  /// The activations of all directions, in the order of the attribute `activations`.
  ///
  /// `activation_alpha` and `activation_beta` are consumed by the functions that have such a
  /// parameter, in their order; the rest take their defaults. A list with a place for every
  /// activation could be read by place too, and is refused where that would be something else.
  static func list(
    _ call: NodeCall, defaults: [String], directions: Int
  ) throws(OnnxError) -> [OnnxActivation] {
    let all = (0..<directions).flatMap { _ in defaults }
    let names = try call.node.strings("activations") ?? all
    guard names.count == all.count else {
      throw call.error("names \(names.count) activations, not \(all.count)")
    }
    var functions: [Function] = []
    for name in names {
      guard let function = Function(word: name) else {
        throw call.error("the activation \(onnxQuoted(name)) is not known")
      }
      functions.append(function)
    }
    let alphas = try parameters(call, "activation_alpha", functions.map(\.takesAlpha))
    let betas = try parameters(call, "activation_beta", functions.map(\.takesBeta))
    var result: [OnnxActivation] = []
    for (i, function) in functions.enumerated() {
      if function.hasNoDefault, alphas[i] == nil || betas[i] == nil {
        throw call.error("the activation '\(names[i])' needs its alpha and beta")
      }
      result.append(
        OnnxActivation(
          function: function, alpha: alphas[i] ?? Function.defaultAlpha[function] ?? 0,
          beta: betas[i] ?? 0.5))
    }
    return result
  }

  /// The value of list `key` for each activation that takes one.
  private static func parameters(
    _ call: NodeCall, _ key: String, _ takes: [Bool]
  ) throws(OnnxError) -> [Double?] {
    let given = try call.node.floats(key) ?? []
    let takers = takes.indices.filter { takes[$0] }
    var result = [Double?](repeating: nil, count: takes.count)
    for (index, value) in zip(takers, given) { result[index] = Double(value) }
    if given.count > takers.count {
      let byPlace = given.count == takes.count
      guard byPlace, takers.allSatisfy({ result[$0] == Double(given[$0]) }) else {
        throw call.error(
          "attribute '\(key)' has \(given.count) values for \(takers.count) activations "
            + "that take one")
      }
    }
    return result
  }
}
