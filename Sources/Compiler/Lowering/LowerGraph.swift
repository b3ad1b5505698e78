import IR
import Model
import Tensors

/// Turns a checked model into IR, naively: every gate is its own product, every bias its own
/// addition, every recurrence a scan with all its work inside. The passes make it good.
///
/// Cost: linear in the number of weights (constants are copied once).
package func lowerGraph(_ graph: ModelGraph) -> Function {
  var lowering = GraphLowering(graph)
  return lowering.run()
}

private struct GraphLowering {
  let graph: ModelGraph
  var builder: Builder
  var inputs: [ValueID] = []
  var layers: [ValueID] = []

  init(_ graph: ModelGraph) {
    self.graph = graph
    builder = Builder(Function(name: graph.name))
  }

  mutating func run() -> Function {
    for input in graph.inputs {
      let type =
        input.element == .f32 ? ValueType.vector(input.width) : ValueType(.i32, width: nil)
      inputs.append(builder.parameter(input.name, type))
    }
    for layer in graph.layers { layers.append(lower(layer)) }
    return builder.finish(results: graph.outputs.map { ($0.name, value(of: $0.source)) })
  }

  private func value(of source: Source) -> ValueID {
    switch source {
    case .input(let i): inputs[i]
    case .layer(let i): layers[i]
    }
  }

  private mutating func lower(_ layer: Layer) -> ValueID {
    let sources = layer.sources.map { value(of: $0) }
    let x = sources[0]
    func named(_ tensor: String) -> Symbol { Symbol("\(layer.name).\(tensor)") }
    switch layer.kind {
    case .linear(let weight, let bias, let activation):
      let matrix = addMatrix(weight, named: named("weight"))
      var y = builder.project(matrix, x)
      if let bias { y = builder.binary(.add, y, vector(bias, named: named("bias"))) }
      return activation.function == .linear ? y : builder.activation(activation, y)
    case .embedding(let table, let size):
      let weight = StructuredMatrix(
        structure: .dense(Dense()), rows: size, columns: layer.width, stored: table)
      let symbol = addMatrix(weight, named: named("weight"))
      return builder.append(.embedding(table: symbol, index: x))[0]
    case .oneHot(let size): return builder.append(.oneHot(index: x, size: size))[0]
    case .recurrent(let recurrent): return lower(recurrent, named: layer.name, input: x)
    case .activation(let activation): return builder.activation(activation, x)
    case .prelu(let slope):
      return builder.append(.prelu(x, slope: vector(slope, named: named("weight"))))[0]
    case .permute(let permutation, _):
      let symbol = builder.addConstant(named: named("permutation"), .permutation(permutation))
      return builder.append(.permute(x, symbol))[0]
    case .add: return fold(.add, sources)
    case .multiply: return fold(.multiply, sources)
    case .concat: return builder.concat(sources)
    case .slice(let start, let end): return builder.slice(x, start: start, end: end)
    case .scale(let by, let offset):
      let scaled = builder.binary(.multiply, x, uniform(by, layer.width, named: named("by")))
      return builder.binary(.add, scaled, uniform(offset, layer.width, named: named("offset")))
    case .frame(let size):
      // A frame as wide as its input keeps nothing.
      if size == builder.type(of: x).count { return x }
      return builder.append(
        .window(x, size: size, state: "\(layer.name).history"))[0]
    case .delay(let steps):
      return builder.append(
        .delay(x, steps: steps, state: "\(layer.name).history"))[0]
    case .softmax: return builder.append(.softmax(x))[0]
    case .logSoftmax: return builder.append(.logSoftmax(x))[0]
    case .dropout: return x
    case .layerNorm(let weight, let bias, let epsilon):
      let scale = addVector(weight, named: named("weight"))
      let shift = addVector(bias, named: named("bias"))
      return builder.append(.layerNorm(x, weight: scale, bias: shift, epsilon: epsilon))[0]
    case .batchNorm(let mean, let variance, let weight, let bias, let epsilon):
      return builder.append(
        .batchNorm(
          x, mean: addVector(mean, named: named("running_mean")),
          variance: addVector(variance, named: named("running_var")),
          weight: addVector(weight, named: named("weight")),
          bias: addVector(bias, named: named("bias")), epsilon: epsilon))[0]
    }
  }

  private mutating func fold(_ function: BinaryFunction, _ values: [ValueID]) -> ValueID {
    values.dropFirst().reduce(values[0]) { builder.binary(function, $0, $1) }
  }

  /// A stack of scans, one per sublayer.
  private mutating func lower(
    _ recurrent: RecurrentLayer, named name: String, input: ValueID
  ) -> ValueID {
    var x = input
    for k in recurrent.sublayers.indices { x = lower(sublayer: k, of: recurrent, name, input: x) }
    return x
  }

  private mutating func lower(
    sublayer k: Int, of recurrent: RecurrentLayer, _ name: String, input: ValueID
  ) -> ValueID {
    let sublayer = recurrent.sublayers[k]
    let projections = projections(of: sublayer, k, named: name, input: input)
    let before = recurrent.cell.states.map {
      (name: $0, before: builder.makeValue(.vector(recurrent.hidden)))
    }
    var after: [String: ValueID] = [:]
    let body = builder.nested { inner in
      var step = CellStep(builder: inner, projections: projections, states: before)
      recurrent.cell.equations(&step)
      after = step.after
      inner = step.builder
    }
    let states = before.map { state in
      precondition(
        after[state.name] != nil,
        "\(type(of: recurrent.cell)): the equations leave the state '\(state.name)' unset")
      return Scan.State(
        name: RecurrentLayer.stateName(layer: name, state: state.name, sublayer: k),
        before: state.before, after: after[state.name]!,
        initial: sublayer.initial[state.name].map {
          addVector($0, named: Symbol("\(name).\(state.name)0_l\(k)"))
        })
    }
    let scan = Scan(
      name: "\(name).l\(k)", states: states, body: body, yields: [after[before[0].name]!])
    return builder.append(.scan(scan))[0]
  }

  /// Adds a sublayer's weights as constants, gates in canonical order.
  private mutating func projections(
    of sublayer: RecurrentLayer.Sublayer, _ k: Int, named name: String, input: ValueID
  ) -> CellStep.CellProjections {
    func symbol(_ tensor: String, _ gate: String) -> Symbol {
      Symbol("\(name).\(tensor)_l\(k).\(gate)")
    }
    return CellStep.CellProjections(
      input: input,
      inputMatrices: sublayer.input.mapWithKeys {
        addMatrix($1, named: symbol("weight_ih", $0))
      },
      inputBiases: sublayer.inputBias.mapWithKeys { addVector($1, named: symbol("bias_ih", $0)) },
      recurrentMatrices: sublayer.recurrent.mapWithKeys {
        addMatrix($1, named: symbol("weight_hh", $0))
      },
      recurrentBiases: sublayer.recurrentBias.mapWithKeys {
        addVector($1, named: symbol("bias_hh", $0))
      },
      vectors: sublayer.vectors.mapWithKeys { addVector($1, named: Symbol("\(name).\($0)_l\(k)")) })
  }

  private mutating func addMatrix(_ matrix: StructuredMatrix, named name: Symbol) -> Symbol {
    let type = MatrixType(structure: matrix.structure, rows: matrix.rows, columns: matrix.columns)
    return builder.addConstant(named: name, .matrix(type, matrix.stored))
  }

  private mutating func addVector(_ values: [Float], named name: Symbol) -> Symbol {
    builder.addConstant(named: name, .vector(values))
  }

  private mutating func vector(_ values: [Float], named name: Symbol) -> ValueID {
    builder.constant(addVector(values, named: name))
  }

  private mutating func uniform(_ value: Float, _ width: Int, named name: Symbol) -> ValueID {
    vector([Float](repeating: value, count: width), named: name)
  }
}

extension Dictionary where Key == String {
  fileprivate func mapWithKeys<T>(_ transform: (String, Value) -> T) -> [String: T] {
    var result: [String: T] = [:]
    for key in keys.sorted() { result[key] = transform(key, self[key]!) }
    return result
  }
}
