import Tensors

/// Operators whose result has their inputs' shapes, broadcast together.
enum ElementwiseRules {
  static let table: [String: OperatorRule] = {
    var table: [String: OperatorRule] = [:]
    for name in sameType { table[name] = OperatorRule(first) }
    for name in ["Add", "Sub", "Mul", "Div", "Min", "Max", "Mod"] {
      table[name] = OperatorRule(arithmetic, fold: ElementwiseFolding.arithmetic)
    }
    for name in [
      "Pow", "Sum", "Mean", "PRelu", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitShift",
    ] {
      table[name] = OperatorRule(arithmetic)
    }
    for name in ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor"] {
      table[name] = OperatorRule(comparison, fold: ElementwiseFolding.comparison)
    }
    table["Neg"] = OperatorRule(first, fold: ElementwiseFolding.unary)
    table["Abs"] = OperatorRule(first, fold: ElementwiseFolding.unary)
    table["Floor"] = OperatorRule(first, fold: ElementwiseFolding.unary)
    table["Ceil"] = OperatorRule(first, fold: ElementwiseFolding.unary)
    table["Sqrt"] = OperatorRule(first, fold: ElementwiseFolding.unary)
    table["Reciprocal"] = OperatorRule(first, fold: ElementwiseFolding.unary)
    table["Not"] = OperatorRule(truth, fold: ElementwiseFolding.not)
    table["IsNaN"] = OperatorRule(truth)
    table["IsInf"] = OperatorRule(truth)
    table["Where"] = OperatorRule(choice, fold: ElementwiseFolding.choice)
    return table
  }()

  /// Results of the first input's type and shape.
  private static let sameType = [
    "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Celu", "Clip", "Cos", "Cosh",
    "CumSum", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Hardmax", "LeakyRelu",
    "Log", "LogSoftmax", "Mish", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin",
    "Sinh", "Softmax", "Softplus", "Softsign", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Trilu",
    "ScatterND", "ScatterElements", "Scatter", "GroupNormalization", "InstanceNormalization",
    "LpNormalization", "LRN", "MeanVarianceNormalization", "RMSNormalization",
  ]

  static func first(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    [OnnxFact(type: try view.required(0, "X").type)]
  }

  private static func truth(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    [OnnxFact(.number(.bool), try view.required(0, "X").shape)]
  }

  /// Also computes with entries of shapes, where they are not all known.
  private static func arithmetic(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let shape = try view.broadcast(view.inputs.map { $0?.shape })
    let element = try view.required(0, "A").element
    for (i, input) in view.inputs.enumerated() where view.node.opType != "Pow" {
      guard let other = input?.element, let element, other != element else { continue }
      throw OnnxError(
        view.node, input: i, view.node.inputs[i], "is \(other.text), and input 0 \(element.text)")
    }
    if let entries = entries(view), let shape {
      return [.computed(entries, element ?? .number(.i64), isScalar: shape.isEmpty)]
    }
    return [OnnxFact(element, try shape.map(view.checked))]
  }

  private static func entries(_ view: NodeView) -> [OnnxDimension]? {
    guard view.inputs.count == 2, let a = view[0].entries, let b = view[1].entries else {
      return nil
    }
    let count = max(a.count, b.count)
    guard a.count == count || a.count == 1, b.count == count || b.count == 1 else { return nil }
    var result: [OnnxDimension] = []
    for i in 0..<count {
      let x = a[a.count == 1 ? 0 : i]
      let y = b[b.count == 1 ? 0 : i]
      switch (view.node.opType, x, y) {
      case ("Add", _, _): result.append(x.plus(y))
      case ("Mul", _, _): result.append(x.times(y))
      case ("Sub", _, .known(let n)): result.append(x.plus(.known(0 &- n)))
      case ("Div", _, .known(1)): result.append(x)
      case ("Div", .known(let m), .known(let n)) where n != 0: result.append(.known(m / n))
      default: result.append(.unknown)
      }
    }
    return result
  }

  private static func comparison(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let shape = try view.broadcast(view.inputs.map { $0?.shape })
    return [OnnxFact(.number(.bool), try shape.map(view.checked))]
  }

  private static func choice(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let shape = try view.broadcast(view.inputs.map { $0?.shape })
    let element = view[1].element ?? view[2].element
    return [OnnxFact(element, try shape.map(view.checked))]
  }
}
