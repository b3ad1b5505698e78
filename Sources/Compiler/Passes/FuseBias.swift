import IR

extension Pass {
  /// A constant added to a product that nobody else reads becomes the product's bias. Products sum
  /// up their bias first, so this only moves one addition to the front of the sum.
  package static let fuseBias = Pass(
    "fuse-bias", "make constants added to products their biases"
  ) { function in
    var function = function
    while fuseOnce(&function) {}
    function.removeDead()
    return function
  }

  /// Fuses one constant into each product that has any to fuse.
  private static func fuseOnce(_ function: inout Function) -> Bool {
    let uses = UseLists(function)
    var edits = OperationEdits()
    function.forEachOperation { operation in
      guard case .binary(.add, let a, let b) = operation.op else { return }
      for (product, constant) in [(a, b), (b, a)] where !edits.touches(product) {
        guard case .project(let matrix, let x, let bias)? = uses.op(of: product),
          uses.isReadOnce(product), let symbol = uses.constant(constant),
          let sum = sum(bias, symbol, in: &function)
        else { continue }
        edits.replace(product, with: .project(matrix: matrix, input: x, bias: sum))
        edits.forward(operation.results[0], to: product)
      }
    }
    edits.apply(to: &function)
    return !edits.isEmpty
  }

  /// The constant that stands for both; nil where a sum would overflow.
  private static func sum(
    _ bias: Symbol?, _ other: Symbol, in function: inout Function
  ) -> Symbol? {
    guard let bias, case .vector(let a)? = function.constants[bias],
      case .vector(let b)? = function.constants[other]
    else { return other }
    let values = zip(a, b).map { Float(Double($0) + Double($1)) }
    if !values.allSatisfy(\.isFinite) { return nil }
    return function.addVariant(of: bias, .vector(values))
  }
}
