import IR

extension Pass {
  /// Batch normalisation with stored statistics is scale * x + shift with scale = weight /
  /// sqrt(variance + epsilon) and shift = bias - mean * scale. It goes into the rows of the
  /// product before it, else into the columns of the products after it (`AffineFolding`), and
  /// stays a multiplication and an addition where neither is possible.
  package static let foldBatchNorm = Pass(
    "fold-batch-norm", "fold batch normalisation into the products around it"
  ) { function in
    var function = function
    var affine: Set<ValueID> = []
    function.rewriteOperations { function, operation in
      guard let (x, scale, shift) = statistics(operation.op, in: &function) else { return nil }
      let (values, block) = function.build { builder in
        (
          scaled: builder.binary(.multiply, x, builder.constant(scale)),
          bias: builder.constant(shift)
        )
      }
      affine.formUnion([values.scaled, operation.results[0]])
      return block
        + [Operation(.binary(.add, values.scaled, values.bias), results: operation.results)]
    }
    AffineFolding.run(&function, only: affine)
    function.removeDead()
    return function
  }

  private static func statistics(
    _ op: Op, in function: inout Function
  ) -> (x: ValueID, scale: Symbol, shift: Symbol)? {
    guard case .batchNorm(let x, let mean, let variance, let weight, let bias, let epsilon) = op,
      let m = function.vector(mean), let v = function.vector(variance),
      let w = function.vector(weight), let b = function.vector(bias)
    else { return nil }
    let scale = v.indices.map { Double(w[$0]) / (Double(v[$0]) + Double(epsilon)).squareRoot() }
    let shift = v.indices.map { Double(b[$0]) - Double(m[$0]) * scale[$0] }
    return (
      x, function.addVariant(of: weight, .vector(scale.map { Float($0) })),
      function.addVariant(of: bias, .vector(shift.map { Float($0) }))
    )
  }
}
