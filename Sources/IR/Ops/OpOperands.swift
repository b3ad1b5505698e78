extension Op {
  /// The values that the op reads, in the order of its text form. A scan reads what its body reads
  /// of the enclosing level; its own block's values are not listed.
  package var operands: [ValueID] {
    switch self {
    case .project(_, let x, _), .activation(_, let x), .slice(let x, _, _), .permute(let x, _),
      .embedding(_, let x), .oneHot(let x, _), .window(let x, _, _), .delay(let x, _, _),
      .softmax(let x), .logSoftmax(let x), .layerNorm(let x, _, _, _),
      .batchNorm(let x, _, _, _, _, _):
      [x]
    case .constant: []
    case .binary(_, let a, let b), .prelu(let a, let b): [a, b]
    case .concat(let parts), .pointwise(_, let parts): parts
    case .scan(let scan): scan.freeValues
    }
  }

  /// The constants that this op itself names, in printing order; a scan names its states' initial
  /// values.
  package var symbols: [Symbol] {
    switch self {
    case .project(let matrix, _, let bias): [matrix] + (bias.map { [$0] } ?? [])
    case .constant(let symbol), .permute(_, let symbol), .embedding(let symbol, _): [symbol]
    case .layerNorm(_, let weight, let bias, _): [weight, bias]
    case .batchNorm(_, let mean, let variance, let weight, let bias, _):
      [mean, variance, weight, bias]
    case .scan(let scan): scan.states.compactMap(\.initial)
    case .activation, .binary, .prelu, .slice, .concat, .oneHot, .window, .delay, .softmax,
      .logSoftmax, .pointwise:
      []
    }
  }

  /// Calls `body` for every mention of a value as an operand, those inside a scan included: its
  /// operations, its states' values after the step, its yields.
  package func forEachUse(_ body: (ValueID) -> Void) {
    guard case .scan(let scan) = self else { return operands.forEach(body) }
    for operation in scan.body { operation.op.forEachUse(body) }
    for state in scan.states { body(state.after) }
    scan.yields.forEach(body)
  }

  /// The same op over other operands; inside a scan all uses are mapped, definitions stay.
  package func mapOperands(_ map: (ValueID) -> ValueID) -> Op {
    switch self {
    case .constant: self
    case .project(let matrix, let x, let bias): .project(matrix: matrix, input: map(x), bias: bias)
    case .activation(let function, let x): .activation(function, map(x))
    case .binary(let function, let a, let b): .binary(function, map(a), map(b))
    case .prelu(let x, let slope): .prelu(map(x), slope: map(slope))
    case .slice(let x, let start, let end): .slice(map(x), start: start, end: end)
    case .concat(let parts): .concat(parts.map(map))
    case .permute(let x, let permutation): .permute(map(x), permutation)
    case .embedding(let table, let index): .embedding(table: table, index: map(index))
    case .oneHot(let index, let size): .oneHot(index: map(index), size: size)
    case .window(let x, let size, let state): .window(map(x), size: size, state: state)
    case .delay(let x, let steps, let state): .delay(map(x), steps: steps, state: state)
    case .softmax(let x): .softmax(map(x))
    case .logSoftmax(let x): .logSoftmax(map(x))
    case .layerNorm(let x, let weight, let bias, let epsilon):
      .layerNorm(map(x), weight: weight, bias: bias, epsilon: epsilon)
    case .batchNorm(let x, let mean, let variance, let weight, let bias, let epsilon):
      .batchNorm(
        map(x), mean: mean, variance: variance, weight: weight, bias: bias, epsilon: epsilon)
    case .pointwise(let program, let inputs): .pointwise(program, inputs.map(map))
    case .scan(let scan): .scan(scan.mapUses(map))
    }
  }

  /// The word of the text form.
  package var mnemonic: String {
    switch self {
    case .project: "project"
    case .constant: "constant"
    case .activation(let activation, _): activation.function.rawValue
    case .binary(let function, _, _): function.rawValue
    case .prelu: "prelu"
    case .slice: "slice"
    case .concat: "concat"
    case .permute: "permute"
    case .embedding: "embedding"
    case .oneHot: "one_hot"
    case .window: "window"
    case .delay: "delay"
    case .softmax: "softmax"
    case .logSoftmax: "log_softmax"
    case .layerNorm: "layer_norm"
    case .batchNorm: "batch_norm"
    case .pointwise: "pointwise"
    case .scan: "scan"
    }
  }
}

extension Scan {
  /// Values of the enclosing level that the body, the states or the yields use, each once.
  package var freeValues: [ValueID] {
    var own = Set(states.map(\.before))
    for operation in body { own.formUnion(operation.results) }
    var seen = own
    let used = body.flatMap(\.op.operands) + states.map(\.after) + yields
    return used.filter { seen.insert($0).inserted }
  }

  fileprivate func mapUses(_ map: (ValueID) -> ValueID) -> Scan {
    var mapped = self
    mapped.body = body.map { Operation($0.op.mapOperands(map), results: $0.results) }
    for index in states.indices { mapped.states[index].after = map(states[index].after) }
    mapped.yields = yields.map(map)
    return mapped
  }
}
