import IR

/// Runs an IR function in `Double`, step by step: what a pass must leave unchanged.
///
/// Constants keep their f32 values, so a pass that folds constants may differ by their rounding.
/// Operands must be in range and the function well formed: run the verifier first.
package struct IREvaluator {
  package let function: Function
  private let matrices: [Symbol: EvaluatorMatrix]
  private let vectors: [Symbol: [Double]]
  private var values: [[Double]]
  /// What the next step reads, by name in state files: the scans' states, and the samples that
  /// windows and delays still need, oldest first.
  package private(set) var states: [String: [Double]] = [:]

  package init(_ function: Function) {
    self.function = function
    values = [[Double]](repeating: [], count: function.values.count)
    var matrices: [Symbol: EvaluatorMatrix] = [:]
    var vectors: [Symbol: [Double]] = [:]
    for (symbol, constant) in function.constants {
      switch constant {
      case .matrix(let type, let stored): matrices[symbol] = EvaluatorMatrix(type, stored)
      case .vector(let elements): vectors[symbol] = elements.map(Double.init)
      case .permutation: break
      }
    }
    self.matrices = matrices
    self.vectors = vectors
    reset()
  }

  /// Back to the state before the first step.
  package mutating func reset() {
    states = [:]
    reset(function.body)
  }

  private mutating func reset(_ body: [Operation]) {
    for operation in body {
      switch operation.op {
      case .window(let x, let size, let state):
        if size > width(of: x) { states[state] = zero(size - width(of: x)) }
      case .delay(let x, let steps, let state): states[state] = zero(steps * width(of: x))
      case .scan(let scan):
        for state in scan.states {
          states[state.name] = state.initial.map { vectors[$0]! } ?? zero(width(of: state.before))
        }
        reset(scan.body)
      default: break
      }
    }
  }

  /// One step: a row per parameter gives a row per result.
  package mutating func step(_ inputs: [[Double]]) -> [[Double]] {
    precondition(inputs.count == function.parameters.count)
    for (parameter, row) in zip(function.parameters, inputs) {
      precondition(row.count == function.type(of: parameter.value).count)
      values[parameter.value.index] = row
    }
    evaluate(function.body)
    return function.results.map { values[$0.value.index] }
  }

  /// Flat rows `[steps, width]` by parameter name give flat rows by result name.
  package mutating func run(_ inputs: [String: [Double]], steps: Int) -> [String: [Double]] {
    var outputs = Dictionary(uniqueKeysWithValues: function.results.map { ($0.name, [Double]()) })
    for t in 0..<steps {
      let rows = function.parameters.map { parameter in
        let width = function.type(of: parameter.value).count
        return Array(inputs[parameter.name]![t * width..<(t + 1) * width])
      }
      for (result, row) in zip(function.results, step(rows)) {
        outputs[result.name]!.append(contentsOf: row)
      }
    }
    return outputs
  }

  private mutating func evaluate(_ body: [Operation]) {
    for operation in body {
      let results = evaluate(operation.op)
      for (id, value) in zip(operation.results, results) { values[id.index] = value }
    }
  }

  /// The operation's results of this step.
  private mutating func evaluate(_ op: Op) -> [[Double]] {
    switch op {
    case .project(let matrix, let x, let bias):
      let product = matrices[matrix]!.times(self[x])
      return [bias.map { zip(vectors[$0]!, product).map(+) } ?? product]
    case .constant(let symbol): return [vectors[symbol]!]
    case .activation(let activation, let x): return [self[x].map { elementwise(activation, $0) }]
    case .binary(let function, let a, let b):
      return [zip(self[a], self[b]).map { elementwise(function, $0, $1) }]
    case .prelu(let x, let slope): return [zip(self[x], self[slope]).map(elementwisePrelu)]
    case .slice(let x, let start, let end): return [Array(self[x][start..<end])]
    case .concat(let parts): return [parts.flatMap { self[$0] }]
    case .permute(let x, let symbol):
      guard case .permutation(let p)? = function.constants[symbol] else {
        preconditionFailure("'@\(symbol.name)' is not a permutation")
      }
      return [p.map { self[x][$0] }]
    case .embedding(let table, let index): return [matrices[table]!.row(Int(self[index][0]))]
    case .oneHot(let index, let size):
      let hot = Int(self[index][0])
      return [(0..<size).map { $0 == hot ? 1 : 0 }]
    case .window(let x, _, let state): return [remember(self[x], state)]
    case .delay(let x, _, let state): return [Array(remember(self[x], state).prefix(width(of: x)))]
    case .softmax(let x): return [logSoftmax(self[x]).map { elementwise(Activation(.exp), $0) }]
    case .logSoftmax(let x): return [logSoftmax(self[x])]
    case .layerNorm(let x, let weight, let bias, let epsilon):
      return [normalised(self[x], vectors[weight]!, vectors[bias]!, Double(epsilon))]
    case .batchNorm(let x, let mean, let variance, let weight, let bias, let epsilon):
      let (m, v, w, b) = (vectors[mean]!, vectors[variance]!, vectors[weight]!, vectors[bias]!)
      return [
        self[x].enumerated().map { i, x in
          (x - m[i]) / (v[i] + Double(epsilon)).squareRoot() * w[i] + b[i]
        }
      ]
    case .pointwise(let program, let inputs): return outputs(of: program, inputs.map { self[$0] })
    case .scan(let scan): return evaluate(scan)
    }
  }

  private mutating func evaluate(_ scan: Scan) -> [[Double]] {
    for state in scan.states { values[state.before.index] = states[state.name]! }
    evaluate(scan.body)
    for state in scan.states { states[state.name] = self[state.after] }
    return scan.yields.map { self[$0] }
  }

  /// The kept samples and x; as many of the newest are kept for the next step.
  private mutating func remember(_ x: [Double], _ state: String) -> [Double] {
    guard let kept = states[state] else { return x }
    let stream = kept + x
    states[state] = Array(stream.dropFirst(x.count))
    return stream
  }

  private func zero(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
  private func width(of value: ValueID) -> Int { function.type(of: value).count }
  private subscript(_ id: ValueID) -> [Double] { values[id.index] }
}
