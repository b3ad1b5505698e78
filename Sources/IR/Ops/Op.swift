/// The whole op set. Operands are values, `Symbol`s are constants.
///
/// Cells and layers are gone by the time a model is IR: what is left is products, elementwise work,
/// data movement, row reductions, and `scan` for whatever carries state from step to step.
package enum Op: Hashable, Sendable {
  /// y[g * rows + r] = bias + sum over c of W_g[r, c] x[c]; the bias, if any, is added first.
  case project(matrix: Symbol, input: ValueID, bias: Symbol?)
  /// A constant vector as a value.
  case constant(Symbol)
  case activation(Activation, ValueID)
  case binary(BinaryFunction, ValueID, ValueID)
  /// x < 0 ? slope * x : x with a slope per element.
  case prelu(ValueID, slope: ValueID)
  /// x[start ..< end].
  case slice(ValueID, start: Int, end: Int)
  case concat([ValueID])
  /// y[i] = x[p[i]].
  case permute(ValueID, Symbol)
  /// Row `index` of a dense matrix.
  case embedding(table: Symbol, index: ValueID)
  /// The unit vector e_index of the result's width.
  case oneHot(index: ValueID, size: Int)
  /// The last `size` samples of the stream whose newest ones are the input; `state` names the older
  /// samples in state files.
  case window(ValueID, size: Int, state: String)
  /// The input of `steps` steps ago, zero before the first.
  case delay(ValueID, steps: Int, state: String)
  case softmax(ValueID)
  case logSoftmax(ValueID)
  /// (x - mean) / sqrt(variance + epsilon) * weight + bias, population variance over the features.
  case layerNorm(ValueID, weight: Symbol, bias: Symbol, epsilon: Float)
  /// (x - mean) / sqrt(variance + epsilon) * weight + bias with stored statistics.
  case batchNorm(
    ValueID, mean: Symbol, variance: Symbol, weight: Symbol, bias: Symbol, epsilon: Float)
  /// Fused elementwise work; one result per output of the program.
  case pointwise(PointwiseProgram, [ValueID])
  /// A recurrence; one result per yielded value.
  case scan(Scan)
}

package enum BinaryFunction: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, minimum, maximum
}

/// One operation: what it computes and the values that it defines.
package struct Operation: Hashable, Sendable {
  package var op: Op
  package var results: [ValueID]

  package init(_ op: Op, results: [ValueID]) {
    self.op = op
    self.results = results
  }
}

/// A recurrence: the body runs once per step, states carry values over.
///
/// The body may read values of the enclosing level (their current step) and its states' values of
/// the step before; the order of its operations respects uses.
package struct Scan: Hashable, Sendable {
  package struct State: Hashable, Sendable {
    /// As in state files: `rnn.h_l0`.
    package var name: String
    /// The value before this step, defined by the scan for its body.
    package var before: ValueID
    /// The value after this step, of the body or of the enclosing level.
    package var after: ValueID
    /// The value before the first step: a constant vector, or zero.
    package var initial: Symbol?

    package init(name: String, before: ValueID, after: ValueID, initial: Symbol? = nil) {
      self.name = name
      self.before = before
      self.after = after
      self.initial = initial
    }
  }

  package var name: String
  package var states: [State]
  package var body: [Operation]
  /// Values, mostly of the body, that become the scan's results, in order.
  package var yields: [ValueID]

  package init(name: String, states: [State], body: [Operation], yields: [ValueID]) {
    self.name = name
    self.states = states
    self.body = body
    self.yields = yields
  }
}
