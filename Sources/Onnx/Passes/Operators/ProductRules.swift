import Tensors

/// Matrix products.
enum ProductRules {
  static let table: [String: OperatorRule] = [
    "MatMul": OperatorRule(matMul),
    "MatMulInteger": OperatorRule(integerProduct),
    "Gemm": OperatorRule(gemm),
    "Einsum": OperatorRule(einsum),
  ]

  private static func matMul(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let a = try view.required(0, "A")
    let b = try view.required(1, "B")
    return [OnnxFact(a.element, try product(view, a.shape, b.shape))]
  }

  private static func integerProduct(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let a = try view.required(0, "A")
    let b = try view.required(1, "B")
    return [OnnxFact(.number(.i32), try product(view, a.shape, b.shape))]
  }

  /// Batches broadcast; a vector is a row on the left and a column on the right.
  private static func product(
    _ view: NodeView, _ a: [OnnxDimension]?, _ b: [OnnxDimension]?
  ) throws(OnnxError) -> [OnnxDimension]? {
    guard let a, let b else { return nil }
    guard !a.isEmpty, !b.isEmpty else { throw view.fail("multiplies a scalar") }
    let left = a.count == 1 ? [.known(1)] + a : a
    let right = b.count == 1 ? b + [.known(1)] : b
    let (inner, other) = (left[left.count - 1], right[right.count - 2])
    guard inner.merged(with: other) != nil else {
      throw view.fail("its inputs have \(inner.text) columns and \(other.text) rows")
    }
    var shape = try view.broadcast([Array(left.dropLast(2)), Array(right.dropLast(2))]) ?? []
    if a.count > 1 { shape.append(left[left.count - 2]) }
    if b.count > 1 { shape.append(right[right.count - 1]) }
    return try view.checked(shape)
  }

  private static func gemm(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let a = try view.required(0, "A")
    let b = try view.required(1, "B")
    guard var left = a.shape, var right = b.shape else { return [OnnxFact(a.element, nil)] }
    guard left.count == 2, right.count == 2 else {
      throw view.fail("multiplies values of \(left.count) and \(right.count) axes")
    }
    if try view.node.int("transA", default: 0) != 0 { left.reverse() }
    if try view.node.int("transB", default: 0) != 0 { right.reverse() }
    guard left[1].merged(with: right[0]) != nil else {
      throw view.fail("its inputs have \(left[1].text) columns and \(right[0].text) rows")
    }
    return [OnnxFact(a.element, try view.checked([left[0], right[1]]))]
  }

  private static func einsum(_ view: NodeView) throws(OnnxError) -> [OnnxFact] {
    let equation = try view.node.string("equation", default: "").filter { $0 != " " }
    let element = try view.required(0, "Inputs").element
    // An ellipsis is left to whoever carries it out.
    guard !equation.contains(".") else { return [OnnxFact(element, nil)] }
    let sides = equation.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    guard terms.count == view.inputs.count else {
      throw view.fail("'\(equation)' has \(terms.count) terms for \(view.inputs.count) inputs")
    }
    var sizes: [Character: OnnxDimension] = [:]
    for (term, input) in zip(terms, view.inputs) {
      guard let shape = input?.shape else { return [OnnxFact(element, nil)] }
      guard shape.count == term.count else {
        throw view.fail("'\(String(term))' names \(term.count) axes of \(shape.count)")
      }
      for (letter, size) in zip(term, shape) {
        guard let both = (sizes[letter] ?? size).merged(with: size) else {
          throw view.fail("'\(letter)' stands for axes of two sizes")
        }
        sizes[letter] = both
      }
    }
    let all = terms.flatMap { $0 }
    let output =
      sides.count == 2
      ? Array(sides[1].dropFirst())
      : sizes.keys.sorted().filter { letter in all.count { $0 == letter } == 1 }
    return [OnnxFact(element, try view.checked(output.map { sizes[$0] ?? .unknown }))]
  }
}
