import Onnx
import Tensors

/// Einsum: for every index of the output the sum, over the labels that are not in it, of products.
enum Einsum {
  static let rows: [OperatorRow] = [
    OperatorRow("Einsum", since: 12, "inputs*", attributes: "equation", einsum)
  ]

  private static func einsum(_ call: NodeCall) throws(OnnxError) -> NDArray {
    let arrays = try call.tensors()
    guard let first = arrays.first, let type = first.elementType, type != .bool else {
      throw call.error("has no numeric inputs")
    }
    try call.requireSameType(arrays)
    let equation = try EinsumEquation(
      try call.node.string("equation", default: ""), arrays.map(\.shape), call)
    let shape = equation.output.map { equation.sizes[$0]! }
    let summed = equation.summed.map { equation.sizes[$0]! }
    let count = try call.elements(of: shape)
    let terms = try call.elements(of: summed)
    try call.spend([count, terms, arrays.count])
    let outer = arrays.indices.map { equation.offsets(of: $0, along: equation.output) }
    let inner = arrays.indices.map { equation.offsets(of: $0, along: equation.summed) }
    if type.isFloating {
      let values = arrays.map { $0.doubles! }
      let sums = Self.sums(values, outer, inner, one: 1.0, add: +, multiply: *)
      return NDArray(shape: shape, type: type, reals: sums)
    }
    let values = arrays.map { $0.integers ?? [] }
    let sums = Self.sums(values, outer, inner, one: 1 as Int64, add: &+, multiply: &*)
    return NDArray(shape: shape, type: type, integers: sums)
  }

  /// For each output element o the sum over i of the product, over the operands k, of
  /// `values[k][outer[k][o] + inner[k][i]]`.
  private static func sums<T: AdditiveArithmetic>(
    _ values: [[T]], _ outer: [[Int]], _ inner: [[Int]], one: T, add: (T, T) -> T,
    multiply: (T, T) -> T
  ) -> [T] {
    (0..<outer[0].count).map { o in
      var sum = T.zero
      for i in inner[0].indices {
        var product = one
        for k in values.indices {
          product = multiply(product, values[k][outer[k][o] + inner[k][i]])
        }
        sum = add(sum, product)
      }
      return sum
    }
  }
}
