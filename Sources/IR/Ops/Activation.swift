/// The elementwise functions of one argument, with their parameter where they have one.
///
/// `name` is the word in descriptions, IR text and the kernels' opcode table alike.
package struct Activation: Hashable, Sendable {
  package enum Function: String, Sendable, CaseIterable {
    case linear, tanh, sigmoid, relu, softplus, softsign, gelu, silu, exp, sqrt, square, abs
    /// relu6(x + 3) / 6.
    case hardSigmoid = "hard_sigmoid"
    /// clip(0.2 x + 0.5, 0, 1).
    case hardSigmoid02 = "hard_sigmoid_02"
    /// min(max(x, 0), parameter).
    case clippedRelu = "clipped_relu"
    /// x < 0 ? parameter x : x.
    case leakyRelu = "leaky_relu"
    /// x < 0 ? parameter (e^x - 1) : x.
    case elu
    /// log(max(x, parameter)).
    case log

    /// The description key and default of the parameter, where there is one.
    package var parameter: (key: String, initial: Float)? {
      switch self {
      case .clippedRelu: ("max", 20)
      case .leakyRelu: ("alpha", 0.01)
      case .elu: ("alpha", 1)
      case .log: ("floor", 0)
      default: nil
      }
    }
  }

  package var function: Function
  /// The value of `function.parameter`, 0 where there is none.
  package var parameter: Float

  package init(_ function: Function, parameter: Float? = nil) {
    self.function = function
    self.parameter = parameter ?? function.parameter?.initial ?? 0
  }

  package static let tanh = Activation(.tanh)
  package static let sigmoid = Activation(.sigmoid)
  package static let linear = Activation(.linear)
}
