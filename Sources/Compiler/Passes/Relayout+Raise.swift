import IR

extension Relayout {
  /// A value with v'[i] = v[q[i]], made by changing the work that computes `value` for `reader`
  /// alone; nil when that is not possible. Costs nothing at run time.
  mutating func raise(_ value: ValueID, by q: [Int], for reader: ValueID) -> ValueID? {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { return nil }
    let op = self.op(of: value)
    switch op {
    case .constant(let symbol):
      return permuteVector(symbol, by: q).map { constant($0, before: reader) }
    case .permute(let x, let symbol):
      guard case .permutation(let p)? = function.constants[symbol] else { return nil }
      let whole = q.map { p[$0] }
      if Self.isIdentity(whole) { return x }
      guard isReadOnce(value) else { return nil }
      edit(value, .permute(x, permutation(whole)))
      return value
    default: break
    }
    guard isReadOnce(value), let op, let changed = permuted(op, value, by: q) else {
      return nil
    }
    edit(value, changed)
    return value
  }

  /// The op that computes the permuted `value`, which nobody else reads.
  private mutating func permuted(_ op: Op, _ value: ValueID, by q: [Int]) -> Op? {
    switch op {
    case .project(let matrix, let x, let bias):
      guard let rows = function.permuteRows(of: matrix, by: q) else { return nil }
      guard let bias else { return .project(matrix: rows, input: x, bias: nil) }
      return permuteVector(bias, by: q).map { .project(matrix: rows, input: x, bias: $0) }
    case .embedding(let table, let index):
      let columns = function.permuteColumns(of: table, by: Self.inverse(q))
      return columns.map { .embedding(table: $0, index: index) }
    case .activation, .softmax, .logSoftmax, .binary, .prelu:
      var raised: [ValueID] = []
      for operand in op.operands {
        guard let value = raise(operand, by: q, for: value) else { return nil }
        raised.append(value)
      }
      var next = raised.makeIterator()
      return op.mapOperands { _ in next.next()! }
    case .layerNorm(let x, _, _, _), .batchNorm(let x, _, _, _, _, _):
      return raise(x, by: q, for: value).flatMap { permuteNorm(op, over: $0, by: q) }
    case .concat(let parts): return permutedConcatenation(parts, value, by: q)
    case .slice(let x, let start, let end):
      var whole = Array(0..<function.type(of: x).count)
      for (i, place) in q.enumerated() { whole[start + i] = start + place }
      return raise(x, by: whole, for: value).map { .slice($0, start: start, end: end) }
    case .constant, .permute, .oneHot, .window, .delay, .pointwise, .scan: return nil
    }
  }

  /// Possible when the permutation moves whole parts, and permutes inside them as they allow.
  private mutating func permutedConcatenation(
    _ parts: [ValueID], _ value: ValueID, by q: [Int]
  ) -> Op? {
    let ranges = ranges(of: parts)
    var order: [ValueID] = []
    var done = 0
    while done < q.count {
      guard let index = ranges.firstIndex(where: { $0.contains(q[done]) }) else { return nil }
      let range = ranges[index]
      guard done + range.count <= q.count else { return nil }
      let inside = q[done..<done + range.count].map { $0 - range.lowerBound }
      guard inside.allSatisfy({ (0..<range.count).contains($0) }) else { return nil }
      if Self.isIdentity(inside) {
        order.append(parts[index])
      } else {
        guard let raised = raise(parts[index], by: inside, for: value) else { return nil }
        order.append(raised)
      }
      done += range.count
    }
    return .concat(order)
  }

  private func ranges(of parts: [ValueID]) -> [Range<Int>] {
    var start = 0
    return parts.map { part in
      let range = start..<start + function.type(of: part).count
      start = range.upperBound
      return range
    }
  }
}
