import IR

extension Pass {
  /// Rewrites every product whose structure has no kernel into operations that have one, as the
  /// structure's own file says (`StructureKind.expand`): a diagonal becomes blocks of one.
  ///
  /// Expansions may hold further structured products; these are expanded in turn.
  package static let expandStructures = Pass(
    "expand-structures", "rewrite products of structures that have no kernel"
  ) { function in
    var function = function
    for _ in 0..<expansionDepth where expandOnce(&function) {}
    function.removeDead()
    return function
  }

  /// Structures of structures deeper than this are left to planning, which refuses them.
  private static let expansionDepth = 16

  private static func expandOnce(_ function: inout Function) -> Bool {
    var forwards: [ValueID: ValueID] = [:]
    function.rewriteOperations { function, operation in
      guard case .project(let matrix, let input, let bias) = operation.op,
        case .matrix(let type, let stored)? = function.constants[matrix]
      else { return nil }
      let product = StructuredProduct(matrix: matrix, type: type, input: input, stored: stored)
      let (expanded, block) = function.build { builder -> ValueID? in
        guard let y = type.structure.kind.expand(product, into: &builder) else { return nil }
        return bias.map { builder.binary(.add, y, builder.constant($0)) } ?? y
      }
      guard let expanded else { return nil }
      forwards[operation.results[0]] = expanded
      return block
    }
    function.replaceUses(forwards)
    return !forwards.isEmpty
  }
}
