import IR

/// What one element of a vector in a scan's body is, seen through slices, concatenations, stacked
/// gates and fused programs, so that selection recognises equations however the passes left them.
package indirect enum BodyExpression: Hashable {
  /// Elements from `start` on of a value of the enclosing level.
  case outer(ValueID, start: Int)
  /// A state before the step, by its place in `Scan.states`.
  case state(Int)
  /// Gate `gate` of a matrix times a vector.
  case product(matrix: Symbol, gate: Int, of: BodyExpression)
  case number(Float)
  case constant([Float])
  case activation(Activation, BodyExpression)
  case binary(BinaryFunction, BodyExpression, BodyExpression)
  /// Anything that no epilogue asks for.
  case other(ValueID, start: Int)
}

/// Reads expressions out of one scan.
package struct BodyExpressions {
  private let function: Function
  private let scan: Scan
  private var definitions: [ValueID: (operation: Operation, result: Int)] = [:]
  /// Trees may repeat shared parts; no epilogue needs more nodes than this.
  private var budget = 2000

  package init(of scan: Scan, in function: Function) {
    self.function = function
    self.scan = scan
    for operation in scan.body {
      for (i, result) in operation.results.enumerated() {
        definitions[result] = (operation, i)
      }
    }
  }

  /// The whole of `value`.
  package mutating func expression(of value: ValueID) -> BodyExpression {
    resolve(value, start: 0, width: function.type(of: value).count)
  }

  private mutating func resolve(_ value: ValueID, start: Int, width: Int) -> BodyExpression {
    if let state = scan.states.firstIndex(where: { $0.before == value }) { return .state(state) }
    guard let (operation, result) = definitions[value] else { return .outer(value, start: start) }
    budget -= 1
    guard budget > 0 else { return .other(value, start: start) }
    switch operation.op {
    case .slice(let x, let offset, _): return resolve(x, start: offset + start, width: width)
    case .concat(let parts):
      var skipped = 0
      for part in parts {
        let count = function.type(of: part).count
        if start >= skipped && start + width <= skipped + count {
          return resolve(part, start: start - skipped, width: width)
        }
        skipped += count
      }
      return .other(value, start: start)
    case .constant(let symbol): return constant(symbol, start: start, width: width)
    case .project(let matrix, let input, let bias):
      return product(matrix, input, bias, start: start, width: width, value)
    case .activation(let activation, let x):
      return .activation(activation, resolve(x, start: start, width: width))
    case .binary(let f, let a, let b):
      return .binary(
        f, resolve(a, start: start, width: width), resolve(b, start: start, width: width))
    case .pointwise(let program, let inputs):
      return register(program.outputs[result], of: program, inputs, start: start, width: width)
    default: return .other(value, start: start)
    }
  }

  private func constant(_ symbol: Symbol, start: Int, width: Int) -> BodyExpression {
    guard case .vector(let values)? = function.constants[symbol] else {
      preconditionFailure("'@\(symbol.name)' is not a vector")
    }
    let part = values[start..<start + width]
    if let first = part.first, part.allSatisfy({ $0 == first }) { return .number(first) }
    return .constant(Array(part))
  }

  private mutating func product(
    _ matrix: Symbol, _ input: ValueID, _ bias: Symbol?, start: Int, width: Int, _ value: ValueID
  ) -> BodyExpression {
    guard case .matrix(let type, _)? = function.constants[matrix], width == type.rows,
      start % type.rows == 0
    else { return .other(value, start: start) }
    let columns = function.type(of: input).count
    let product = BodyExpression.product(
      matrix: matrix, gate: start / type.rows, of: resolve(input, start: 0, width: columns))
    guard let bias else { return product }
    let shift = constant(bias, start: start, width: width)
    return shift == .number(0) ? product : .binary(.add, product, shift)
  }

  private mutating func register(
    _ register: Int, of program: PointwiseProgram, _ inputs: [ValueID], start: Int, width: Int
  ) -> BodyExpression {
    budget -= 1
    guard budget > 0 else { return .other(inputs[0], start: start) }
    guard register >= program.inputCount else {
      return resolve(inputs[register], start: start, width: width)
    }
    func operand(_ r: Int) -> BodyExpression {
      self.register(r, of: program, inputs, start: start, width: width)
    }
    switch program.instructions[register - program.inputCount] {
    case .activation(let activation, let x): return .activation(activation, operand(x))
    case .binary(let f, let a, let b): return .binary(f, operand(a), operand(b))
    case .prelu: return .other(inputs[0], start: start)
    }
  }
}
