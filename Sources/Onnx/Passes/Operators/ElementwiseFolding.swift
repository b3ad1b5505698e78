import Foundation
import Tensors

/// Elementwise operators on constants.
enum ElementwiseFolding {
  static func arithmetic(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let (shape, operands) = try broadcast(view, inputs), operands.count == 2,
      case .number(let type) = operands[0].elementType
    else { return nil }
    let elements: OnnxElements?
    if let a = operands[0].asInt64s(), let b = operands[1].asInt64s() {
      elements = integers(view.node.opType, a, b).flatMap { .wrapping($0, to: type) }
    } else if let a = operands[0].asDoubles(), let b = operands[1].asDoubles() {
      elements = floats(view.node.opType, a, b).flatMap { .rounding($0, to: type) }
    } else {
      elements = nil
    }
    return elements.map { [OnnxTensor(shape: shape, elements: $0)] }
  }

  /// nil for what has no answer: a division by zero.
  private static func integers(_ opType: String, _ a: [Int64], _ b: [Int64]) -> [Int64]? {
    let pairs = zip(a, b)
    switch opType {
    case "Add": return pairs.map { $0 &+ $1 }
    case "Sub": return pairs.map { $0 &- $1 }
    case "Mul": return pairs.map { $0 &* $1 }
    case "Min": return pairs.map { min($0, $1) }
    case "Max": return pairs.map { max($0, $1) }
    case "Div":
      guard !b.contains(0), !(b.contains(-1) && a.contains(.min)) else { return nil }
      return pairs.map { $0 / $1 }
    default: return nil
    }
  }

  private static func floats(_ opType: String, _ a: [Double], _ b: [Double]) -> [Double]? {
    let pairs = zip(a, b)
    switch opType {
    case "Add": return pairs.map { $0 + $1 }
    case "Sub": return pairs.map { $0 - $1 }
    case "Mul": return pairs.map { $0 * $1 }
    case "Div": return pairs.map { $0 / $1 }
    case "Min": return pairs.map { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
    case "Max": return pairs.map { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    default: return nil
    }
  }

  static func comparison(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let (shape, operands) = try broadcast(view, inputs), operands.count == 2 else {
      return nil
    }
    let truths: [Bool]
    if let a = operands[0].asInt64s(), let b = operands[1].asInt64s() {
      truths = zip(a, b).map { compare(view.node.opType, $0, $1) }
    } else if let a = operands[0].asDoubles(), let b = operands[1].asDoubles() {
      truths = zip(a, b).map { compare(view.node.opType, $0, $1) }
    } else {
      return nil
    }
    return [OnnxTensor(shape: shape, elements: .bool(truths))]
  }

  private static func compare<T: Comparable & ExpressibleByIntegerLiteral>(
    _ opType: String, _ a: T, _ b: T
  ) -> Bool {
    switch opType {
    case "Equal": a == b
    case "Greater": a > b
    case "GreaterOrEqual": a >= b
    case "Less": a < b
    case "LessOrEqual": a <= b
    case "And": a != 0 && b != 0
    case "Or": a != 0 || b != 0
    default: (a != 0) != (b != 0)
    }
  }

  static func unary(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs.first ?? nil, case .number(let type) = x.elementType else { return nil }
    let elements: OnnxElements?
    if let integers = x.elements.asInt64s() {
      guard ["Neg", "Abs"].contains(view.node.opType) else { return nil }
      elements = .wrapping(
        integers.map { view.node.opType == "Neg" || $0 < 0 ? 0 &- $0 : $0 }, to: type)
    } else {
      elements = x.elements.asDoubles().flatMap { values in
        .rounding(values.map { unary(view.node.opType, $0) }, to: type)
      }
    }
    return elements.map { [OnnxTensor(shape: x.shape, elements: $0)] }
  }

  private static func unary(_ opType: String, _ x: Double) -> Double {
    switch opType {
    case "Neg": -x
    case "Abs": abs(x)
    case "Floor": x.rounded(.down)
    case "Ceil": x.rounded(.up)
    case "Sqrt": x.squareRoot()
    default: 1 / x
    }
  }

  static func not(_ view: NodeView, _ inputs: [OnnxTensor?]) throws(OnnxError) -> [OnnxTensor]? {
    guard let x = inputs.first ?? nil, case .bool(let truths) = x.elements else { return nil }
    return [OnnxTensor(shape: x.shape, elements: .bool(truths.map { !$0 }))]
  }

  static func choice(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> [OnnxTensor]? {
    guard let (shape, operands) = try broadcast(view, inputs), operands.count == 3,
      case .bool(let condition) = operands[0], let both = operands[1].appending(operands[2])
    else { return nil }
    let count = condition.count
    let picked = condition.indices.map { condition[$0] ? $0 : count + $0 }
    return [OnnxTensor(shape: shape, elements: both.selecting(picked))]
  }

  /// All inputs at the size of the result; nil where one is not constant or the result is large.
  private static func broadcast(
    _ view: NodeView, _ inputs: [OnnxTensor?]
  ) throws(OnnxError) -> (shape: [Int], operands: [OnnxElements])? {
    let tensors = inputs.compactMap { $0 }
    guard tensors.count == inputs.count else { return nil }
    let dimensions = try view.broadcast(tensors.map { $0.type.shape })
    guard let shape = dimensions?.compactMap(\.size), ConstantFolding.allows(shape, from: tensors)
    else { return nil }
    return (shape, tensors.map { $0.expanded(to: shape).elements })
  }
}

extension OnnxTensor {
  /// Repeated along axes of size one, and along new ones in front; the shapes must fit.
  func expanded(to target: [Int]) -> OnnxTensor {
    if shape == target { return self }
    let missing = target.count - shape.count
    var steps = Array(repeating: 0, count: target.count)
    for (axis, stride) in strides.enumerated() where shape[axis] != 1 {
      steps[missing + axis] = stride
    }
    return selecting(positions(shape: target, strides: steps), shape: target)
  }
}
