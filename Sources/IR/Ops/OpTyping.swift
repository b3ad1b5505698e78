/// The result types of every op. Assumes operands that the verifier would accept.
package enum OpTyping {
  package static func resultTypes(of op: Op, in function: Function) -> [ValueType] {
    switch op {
    case .project(let matrix, _, _):
      guard case .matrix(let type, _)? = function.constants[matrix] else {
        preconditionFailure("'@\(matrix.name)' is not a matrix")
      }
      return [.vector(type.gates * type.rows)]
    case .constant(let symbol):
      guard case .vector(let values)? = function.constants[symbol] else {
        preconditionFailure("'@\(symbol.name)' is not a vector")
      }
      return [.vector(values.count)]
    case .activation(_, let x), .prelu(let x, _), .binary(_, let x, _), .permute(let x, _),
      .delay(let x, _, _), .softmax(let x), .logSoftmax(let x), .layerNorm(let x, _, _, _),
      .batchNorm(let x, _, _, _, _, _):
      return [function.type(of: x)]
    case .slice(_, let start, let end):
      return [.vector(end - start)]
    case .concat(let parts):
      return [.vector(parts.reduce(0) { $0 + function.type(of: $1).count })]
    case .embedding(let table, _):
      guard case .matrix(let type, _)? = function.constants[table] else {
        preconditionFailure("'@\(table.name)' is not a matrix")
      }
      return [.vector(type.columns)]
    case .oneHot(_, let size), .window(_, let size, _):
      return [.vector(size)]
    case .pointwise(let program, let inputs):
      return program.outputs.map { _ in function.type(of: inputs[0]) }
    case .scan(let scan):
      return scan.yields.map { function.type(of: $0) }
    }
  }
}
