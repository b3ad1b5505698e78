import IR

extension Relayout {
  /// What is read in place of a value, and its layout.
  struct Moved {
    let value: ValueID
    let layout: [Int]
  }

  /// Makes all that reads y = x[p] read x, as far as the change goes; false when something that
  /// it reaches cannot change.
  mutating func sink(_ y: ValueID, into x: ValueID, _ p: [Int]) -> Bool {
    if escapes(y) { return false }
    var moved = [y: Moved(value: x, layout: p)]
    var pending = readers(of: y)
    // In the order of the text every operand is decided when a reader's turn comes.
    while let place = pending.keys.min(), let operation = pending.removeValue(forKey: place) {
      let result = operation.results[0]
      switch absorb(operation.op, result, moved) {
      case .impossible: return false
      case .absorbed: break
      case .relaid(let layout):
        if Self.isIdentity(layout) { continue }
        if escapes(result) { return false }
        moved[result] = Moved(value: result, layout: layout)
        pending.merge(readers(of: result)) { known, _ in known }
      }
    }
    return true
  }

  private enum Absorption {
    /// The op gives the result that it gave.
    case absorbed
    /// The op gives its result in this layout.
    case relaid([Int])
    case impossible
  }

  private mutating func absorb(
    _ op: Op, _ result: ValueID, _ moved: [ValueID: Moved]
  ) -> Absorption {
    // Products that were changed as the source of another operand are changed again.
    let op = self.op(of: result) ?? op
    let layout = op.operands.lazy.compactMap { moved[$0]?.layout }.first ?? []
    func read(_ value: ValueID) -> ValueID { moved[value]?.value ?? value }
    switch op {
    case .project(let matrix, let x, let bias):
      if let columns = function.permuteColumns(of: matrix, by: layout) {
        edit(result, .project(matrix: columns, input: read(x), bias: bias))
        return .absorbed
      }
      return passThrough(matrix, read(x), bias, result, layout)
    case .permute(let x, let symbol):
      guard case .permutation(let q)? = function.constants[symbol] else { return .impossible }
      edit(result, .permute(read(x), permutation(q.map { layout[$0] })))
      return .absorbed
    case .activation, .softmax, .logSoftmax:
      edit(result, op.mapOperands(read))
      return .relaid(layout)
    case .binary, .prelu: return absorbElementwise(op, result, layout, moved)
    case .layerNorm(let x, _, _, _), .batchNorm(let x, _, _, _, _, _):
      guard let norm = permuteNorm(op, over: read(x), by: Self.inverse(layout)) else {
        return .impossible
      }
      edit(result, norm)
      return .relaid(layout)
    case .concat(let parts):
      edit(result, op.mapOperands(read))
      return .relaid(layoutOfConcatenation(parts, moved))
    case .slice(let x, let start, let end):
      let places = layout[start..<end]
      guard let low = places.min(), places.max() == low + places.count - 1 else {
        return .impossible
      }
      edit(result, .slice(read(x), start: low, end: low + places.count))
      return .relaid(places.map { $0 - low })
    case .constant, .embedding, .oneHot, .window, .delay, .pointwise, .scan: return .impossible
    }
  }

  /// A square product that cannot take the permutation into its columns alone may give its result
  /// in the layout of its input: so whole blocks are permuted.
  private mutating func passThrough(
    _ matrix: Symbol, _ x: ValueID, _ bias: Symbol?, _ result: ValueID, _ layout: [Int]
  ) -> Absorption {
    guard function.type(of: result).count == layout.count,
      let both = function.permuteBoth(of: matrix, by: layout)
    else { return .impossible }
    var op = Op.project(matrix: both, input: x, bias: nil)
    if let bias {
      guard let permuted = permuteVector(bias, by: Self.inverse(layout)) else {
        return .impossible
      }
      op = .project(matrix: both, input: x, bias: permuted)
    }
    edit(result, op)
    return .relaid(layout)
  }

  /// Operands that are not in the layout yet are computed in it, if that is possible.
  private mutating func absorbElementwise(
    _ op: Op, _ result: ValueID, _ layout: [Int], _ moved: [ValueID: Moved]
  ) -> Absorption {
    var read: [ValueID: ValueID] = [:]
    for operand in op.operands where read[operand] == nil {
      if let known = moved[operand] {
        guard known.layout == layout else { return .impossible }
        read[operand] = known.value
      } else {
        guard let raised = raise(operand, by: Self.inverse(layout), for: result) else {
          return .impossible
        }
        read[operand] = raised
      }
    }
    edit(result, op.mapOperands { read[$0] ?? $0 })
    return .relaid(layout)
  }

  private func layoutOfConcatenation(_ parts: [ValueID], _ moved: [ValueID: Moved]) -> [Int] {
    var layout: [Int] = []
    for part in parts {
      let start = layout.count
      let count = function.type(of: part).count
      layout += (moved[part]?.layout ?? Array(0..<count)).map { start + $0 }
    }
    return layout
  }
}
