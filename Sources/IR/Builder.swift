import Tensors

/// Appends operations to a block of a function and infers their results' types.
///
/// Preconditions are the ops' shape rules: whoever builds IR has checked the model, so a wrong
/// shape here is a bug of ours.
package struct Builder {
  package private(set) var function: Function
  package var block: [Operation] = []

  package init(_ function: Function) { self.function = function }

  package mutating func addConstant(named name: Symbol, _ constant: Constant) -> Symbol {
    function.addConstant(named: name, constant)
  }

  package func type(of value: ValueID) -> ValueType { function.type(of: value) }

  /// Appends `op` and returns its results.
  package mutating func append(_ op: Op) -> [ValueID] {
    let results = OpTyping.resultTypes(of: op, in: function).map { function.makeValue($0) }
    block.append(Operation(op, results: results))
    return results
  }

  package mutating func project(
    _ matrix: Symbol, _ input: ValueID, bias: Symbol? = nil
  ) -> ValueID { append(.project(matrix: matrix, input: input, bias: bias))[0] }

  package mutating func constant(_ symbol: Symbol) -> ValueID { append(.constant(symbol))[0] }

  package mutating func activation(_ activation: Activation, _ input: ValueID) -> ValueID {
    append(.activation(activation, input))[0]
  }

  package mutating func binary(
    _ function: BinaryFunction, _ a: ValueID, _ b: ValueID
  ) -> ValueID { append(.binary(function, a, b))[0] }

  package mutating func slice(_ input: ValueID, start: Int, end: Int) -> ValueID {
    append(.slice(input, start: start, end: end))[0]
  }

  package mutating func concat(_ inputs: [ValueID]) -> ValueID { append(.concat(inputs))[0] }

  /// A value that something else defines: a parameter, or a scan's state.
  package mutating func makeValue(_ type: ValueType) -> ValueID { function.makeValue(type) }

  /// Declares a parameter of the function.
  package mutating func parameter(_ name: String, _ type: ValueType) -> ValueID {
    let value = function.makeValue(type)
    function.parameters.append(.init(name: name, value: value))
    return value
  }

  /// Builds a nested block with `body` and returns its operations.
  package mutating func nested<Failure: Error>(
    _ body: (inout Builder) throws(Failure) -> Void
  ) throws(Failure) -> [Operation] {
    let outer = block
    block = []
    try body(&self)
    let inner = block
    block = outer
    return inner
  }

  /// The finished function.
  package func finish(results: [(name: String, value: ValueID)]) -> Function {
    var finished = function
    finished.body = block
    finished.results = results.map { .init(name: $0.name, value: $0.value) }
    return finished
  }
}

extension Function {
  /// Appends to this function, without ever copying it: what `body` returns, and the operations.
  package mutating func build<Result>(
    _ body: (inout Builder) -> Result
  ) -> (result: Result, block: [Operation]) {
    var builder = Builder(self)
    self = Function(name: name)
    let result = body(&builder)
    self = builder.function
    return (result, builder.block)
  }
}
