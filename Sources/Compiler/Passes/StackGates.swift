import IR

extension Pass {
  /// Products of one block that read the same value through matrices of one structure and shape
  /// become one product of several gates, in order of appearance, and slices of it.
  ///
  /// Canonical form: the stacked product stands where its first gate stood, its slices follow in
  /// the order of the gates. Gates without a bias get zeros when another gate has one.
  package static let stackGates = Pass(
    "stack-gates", "make one product of the gates' products of one vector"
  ) { function in
    var function = function
    function.rewriteBlocks(GateStacking.stack)
    function.removeDead()
    return function
  }
}

private enum GateStacking {
  /// What products must share to be stacked.
  struct Key: Hashable {
    let input: ValueID
    let structure: MatrixStructure
    let rows: Int
    let columns: Int
  }

  struct Gate {
    let matrix: Symbol
    let type: MatrixType
    let stored: [Float]
    let bias: Symbol?
    let result: ValueID
  }

  static func stack(_ function: inout Function, _ block: [Operation]) -> [Operation] {
    let products = block.map { product($0, in: function) }
    var groups: [Key: [Gate]] = [:]
    for case (let key, let gate)? in products { groups[key, default: []].append(gate) }
    var stacked: [Operation] = []
    for (operation, product) in zip(block, products) {
      guard let (key, gate) = product, let gates = groups[key], gates.count > 1 else {
        stacked.append(operation)
        continue
      }
      if gate.result == gates[0].result { stacked += join(gates, key, in: &function) }
    }
    return stacked
  }

  private static func product(_ operation: Operation, in function: Function) -> (Key, Gate)? {
    guard case .project(let matrix, let input, let bias) = operation.op,
      case .matrix(let type, let stored)? = function.constants[matrix]
    else { return nil }
    let key = Key(
      input: input, structure: type.structure, rows: type.rows, columns: type.columns)
    return (
      key,
      Gate(matrix: matrix, type: type, stored: stored, bias: bias, result: operation.results[0])
    )
  }

  private static func join(
    _ gates: [Gate], _ key: Key, in function: inout Function
  ) -> [Operation] {
    let count = gates.reduce(0) { $0 + $1.type.gates }
    let type = MatrixType(
      structure: key.structure, gates: count, rows: key.rows, columns: key.columns)
    let matrix = function.addConstant(
      named: commonName(gates.map(\.matrix)), .matrix(type, gates.flatMap(\.stored)))
    let whole = function.makeValue(.vector(count * key.rows))
    let product = Op.project(matrix: matrix, input: key.input, bias: bias(gates, in: &function))
    var operations = [Operation(product, results: [whole])]
    var start = 0
    for gate in gates {
      let end = start + gate.type.gates * key.rows
      operations.append(
        Operation(.slice(whole, start: start, end: end), results: [gate.result]))
      start = end
    }
    return operations
  }

  private static func bias(_ gates: [Gate], in function: inout Function) -> Symbol? {
    let names = gates.compactMap(\.bias)
    if names.isEmpty { return nil }
    let values = gates.flatMap { gate -> [Float] in
      guard let bias = gate.bias, case .vector(let values)? = function.constants[bias] else {
        return [Float](repeating: 0, count: gate.type.gates * gate.type.rows)
      }
      return values
    }
    return function.addConstant(named: commonName(names), .vector(values))
  }

  /// `rnn.weight_ih_l0` for `rnn.weight_ih_l0.i`, `rnn.weight_ih_l0.f` ...: the parts that the
  /// names share, all but the last at most.
  private static func commonName(_ symbols: [Symbol]) -> Symbol {
    let names = symbols.map { $0.variantStem.name.split(separator: ".") }
    let shared = names.dropFirst().reduce(names[0].dropLast()) { shared, name in
      zip(shared, name).prefix { $0 == $1 }.map(\.0)[...]
    }
    return Symbol(shared.isEmpty ? "\(symbols[0].name).stacked" : shared.joined(separator: "."))
  }
}
