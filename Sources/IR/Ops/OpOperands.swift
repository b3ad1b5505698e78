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
}
