import Foundation
import IR

func elementwise(_ function: BinaryFunction, _ a: Double, _ b: Double) -> Double {
  switch function {
  case .add: a + b
  case .subtract: a - b
  case .multiply: a * b
  case .divide: a / b
  case .minimum: b < a ? b : a
  case .maximum: b > a ? b : a
  }
}

func elementwisePrelu(_ x: Double, _ slope: Double) -> Double { x < 0 ? slope * x : x }

func elementwise(_ activation: Activation, _ x: Double) -> Double {
  let parameter = Double(activation.parameter)
  return switch activation.function {
  case .linear: x
  case .tanh: tanh(x)
  case .sigmoid: 0.5 + 0.5 * tanh(0.5 * x)
  case .relu: x > 0 ? x : 0
  case .softplus: x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
  case .softsign: x / (abs(x) + 1)
  case .gelu: x * 0.5 * erfc(-x * 0.5.squareRoot())
  case .silu: x / (1 + exp(-x))
  case .exp: exp(x)
  case .sqrt: sqrt(x)
  case .square: x * x
  case .abs: abs(x)
  case .hardSigmoid: x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5
  case .hardSigmoid02: x <= -2.5 ? 0 : x >= 2.5 ? 1 : 0.2 * x + 0.5
  case .clippedRelu: x > parameter ? parameter : x > 0 ? x : 0
  case .leakyRelu: elementwisePrelu(x, parameter)
  case .elu: x < 0 ? parameter * expm1(x) : x
  case .log: log(x > parameter ? x : parameter)
  }
}

/// One element at a time over registers, as the program's definition says.
func outputs(of program: PointwiseProgram, _ inputs: [[Double]]) -> [[Double]] {
  precondition(inputs.count == program.inputCount)
  var registers = inputs
  for instruction in program.instructions {
    let value =
      switch instruction {
      case .activation(let f, let x): registers[x].map { elementwise(f, $0) }
      case .binary(let f, let a, let b):
        zip(registers[a], registers[b]).map { elementwise(f, $0, $1) }
      case .prelu(let x, let slope): zip(registers[x], registers[slope]).map(elementwisePrelu)
      }
    registers.append(value)
  }
  return program.outputs.map { registers[$0] }
}

func logSoftmax(_ x: [Double]) -> [Double] {
  let top = x.max() ?? 0
  let logSum = top + log(x.map { exp($0 - top) }.reduce(0, +))
  return x.map { $0 - logSum }
}

func normalised(
  _ x: [Double], _ weight: [Double], _ bias: [Double], _ epsilon: Double
) -> [Double] {
  let n = Double(x.count)
  let mean = x.reduce(0, +) / n
  let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / n
  let scale = 1 / (variance + epsilon).squareRoot()
  return x.indices.map { (x[$0] - mean) * scale * weight[$0] + bias[$0] }
}
