import IR

/// A scan that one of the fused recurrent kernels computes, and where its parts are.
///
/// The kernels' epilogues are equations, not cells: whatever model brings the same equations gets
/// the kernel. A scan that matches none runs as a loop of products and pointwise programs.
package struct RecurrenceMatch {
  package enum Epilogue: Hashable {
    case elman(Activation)
    case lstm
    case gruAfter(update: Update, recurrentBias: [Float])
    case gruBefore(update: Update)
  }

  /// Which value the update gate is the share of.
  package enum Update: Int32, Hashable {
    case old = 0
    case new = 1
  }

  /// The pre-activation of one gate: where its input part lies and which matrix multiplies h.
  package struct Gate: Hashable {
    package var input: ValueID
    package var start: Int
    package var matrix: Symbol
    package var matrixGate: Int
  }

  package var epilogue: Epilogue
  /// In the kernel's order: h; i f g o; r z n.
  package var gates: [Gate]
  /// Indices into `Scan.states`; `c` only for the LSTM.
  package var h: Int
  package var c: Int?
  package var units: Int
  package var structure: MatrixStructure

  /// The kernel for `scan`, or nil when none has its equations and structure.
  package init?(_ scan: Scan, in function: Function) {
    guard scan.yields.count == 1,
      let h = scan.states.firstIndex(where: { $0.after == scan.yields[0] })
    else { return nil }
    var reader = BodyExpressions(of: scan, in: function)
    let after = scan.states.map { reader.expression(of: $0.after) }
    let equations = Equations(h: h, after: after)
    guard let found = equations.lstm() ?? equations.gru() ?? equations.elman() else { return nil }
    (epilogue, gates) = (found.epilogue, found.gates)
    (self.h, c) = (h, found.c)
    units = function.type(of: scan.yields[0]).count
    guard let structure = Self.sharedStructure(of: gates, units: units, in: function) else {
      return nil
    }
    self.structure = structure
  }

  /// The structure of all recurrent matrices when it is one that the kernels walk.
  private static func sharedStructure(
    of gates: [Gate], units: Int, in function: Function
  ) -> MatrixStructure? {
    let types = gates.map { gate -> MatrixType? in
      guard case .matrix(let type, _)? = function.constants[gate.matrix] else { return nil }
      return type
    }
    guard let first = types[0], first.rows == units, first.columns == units else { return nil }
    guard types.allSatisfy({ $0?.structure == first.structure && $0?.rows == units }) else {
      return nil
    }
    switch first.structure {
    case .dense, .blockDiagonal: return first.structure
    default: return nil
    }
  }
}

/// The three epilogues as patterns over the states' new values.
private struct Equations {
  typealias Match = (
    epilogue: RecurrenceMatch.Epilogue, gates: [RecurrenceMatch.Gate], c: Int?
  )
  let h: Int
  let after: [BodyExpression]

  /// h' = a(x + U h).
  func elman() -> Match? {
    guard after.count == 1 else { return nil }
    if let gate = gate(after[h]) { return (.elman(.linear), [gate], nil) }
    guard case .activation(let activation, let sum) = after[h], let gate = gate(sum) else {
      return nil
    }
    return (.elman(activation), [gate], nil)
  }

  /// c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c').
  func lstm() -> Match? {
    guard after.count == 2 else { return nil }
    let c = 1 - h
    for (left, right) in orders(.multiply, after[h]) {
      guard let o = gate(argument(.sigmoid, left)), argument(.tanh, right) == after[c] else {
        continue
      }
      for (kept, added) in orders(.add, after[c]) {
        guard let f = factor(of: .state(c), in: kept).flatMap({ gate(argument(.sigmoid, $0)) })
        else { continue }
        for (a, b) in orders(.multiply, added) {
          guard let i = gate(argument(.sigmoid, a)), let g = gate(argument(.tanh, b)) else {
            continue
          }
          return (.lstm, [i, f, g, o], c)
        }
      }
    }
    return nil
  }

  /// h' = (1 - z) n + z h or (1 - z) h + z n with z, r gates and n of either reset. Where one gate
  /// is both, as in a minimal gated unit, the kernel would multiply by its matrix twice.
  func gru() -> Match? {
    guard after.count == 1 else { return nil }
    for (rest, share) in orders(.add, after[h]) {
      for (complement, replaced) in orders(.multiply, rest) {
        guard case .binary(.subtract, .number(1), let z) = complement,
          let kept = factor(of: z, in: share), let gateZ = gate(argument(.sigmoid, z))
        else { continue }
        let (candidate, update): (BodyExpression, RecurrenceMatch.Update)
        switch (replaced, kept) {
        case (_, .state(h)): (candidate, update) = (replaced, .old)
        case (.state(h), _): (candidate, update) = (kept, .new)
        default: continue
        }
        if let match = self.candidate(argument(.tanh, candidate), z: gateZ, update) {
          return match
        }
      }
    }
    return nil
  }

  private func candidate(
    _ sum: BodyExpression?, z: RecurrenceMatch.Gate, _ update: RecurrenceMatch.Update
  ) -> Match? {
    for (input, fed) in orders(.add, sum) {
      guard case .outer(let value, let start) = input else { continue }
      if case .product(let matrix, let gate, let reset) = fed,
        let r = factor(of: .state(h), in: reset).flatMap({ self.gate(argument(.sigmoid, $0)) }),
        r != z
      {
        let n = RecurrenceMatch.Gate(
          input: value, start: start, matrix: matrix, matrixGate: gate)
        return (.gruBefore(update: update), [r, z, n], nil)
      }
      for (left, right) in orders(.multiply, fed) {
        guard let r = gate(argument(.sigmoid, left)), r != z,
          let (matrix, gate, bias) = biasedProduct(right)
        else { continue }
        let n = RecurrenceMatch.Gate(
          input: value, start: start, matrix: matrix, matrixGate: gate)
        return (.gruAfter(update: update, recurrentBias: bias), [r, z, n], nil)
      }
    }
    return nil
  }

  /// U h, or U h + constant (an empty list stands for zero).
  private func biasedProduct(_ e: BodyExpression) -> (Symbol, Int, [Float])? {
    if case .product(let matrix, let gate, .state(h)) = e { return (matrix, gate, []) }
    for (product, bias) in orders(.add, e) {
      guard case .product(let matrix, let gate, .state(h)) = product else { continue }
      switch bias {
      case .constant(let values): return (matrix, gate, values)
      case .number(let value): return (matrix, gate, [value])
      default: continue
      }
    }
    return nil
  }

  /// x + U h.
  private func gate(_ sum: BodyExpression?) -> RecurrenceMatch.Gate? {
    for (x, y) in orders(.add, sum) {
      if case .outer(let value, let start) = x,
        case .product(let matrix, let gate, .state(h)) = y
      {
        return .init(input: value, start: start, matrix: matrix, matrixGate: gate)
      }
    }
    return nil
  }

  private func argument(_ activation: Activation, _ e: BodyExpression) -> BodyExpression? {
    guard case .activation(activation, let x) = e else { return nil }
    return x
  }

  /// The other factor of a product with `known`.
  private func factor(of known: BodyExpression, in e: BodyExpression) -> BodyExpression? {
    orders(.multiply, e).first { $0.1 == known }?.0
  }

  /// Both orders of a commutative binary expression's operands; empty for anything else.
  private func orders(
    _ function: BinaryFunction, _ e: BodyExpression?
  ) -> [(BodyExpression, BodyExpression)] {
    guard case .binary(function, let a, let b) = e else { return [] }
    return [(a, b), (b, a)]
  }
}
