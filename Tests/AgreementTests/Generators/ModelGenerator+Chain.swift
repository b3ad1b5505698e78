import IR
import Model

/// Draws models of many layers. Every value is kept to a moderate size, so that f32 can be held to
/// a fixed tolerance: a layer that amplifies is followed by one that bounds.
struct ChainGenerator {
  private var generator: ModelGenerator
  private var graph = ModelGraph(name: "chain", inputs: [], layers: [], outputs: [])
  /// What the cells of recurrent layers were made from, by layer.
  private var options: [String: CellOptions] = [:]
  /// Values that nothing has read yet.
  private var unread: [Source] = []

  init(seed: Int) { generator = ModelGenerator(seed: seed) }

  /// The words of the layers that `add` knows.
  static let words = [
    "linear", "table", "recurrent", "activation", "prelu", "permute", "shuffle", "add", "multiply",
    "concat", "slice", "scale", "frame", "delay", "softmax", "log_softmax", "dropout",
    "layer_norm", "batch_norm",
  ]

  /// A model of about `layers` layers; everything that nothing else reads is an output.
  mutating func model(
    layers: Int
  ) -> (graph: ModelGraph, options: [String: CellOptions], generator: ModelGenerator) {
    addInput()
    while graph.layers.count < layers { add(generator.pick(Self.words)) }
    for (i, source) in unread.enumerated() {
      graph.outputs.append(
        .init(name: "y\(i)", source: source, width: graph.width(of: source)))
    }
    return (graph, options, generator)
  }

  private mutating func addInput() {
    let width = generator.width()
    unread.append(.input(graph.inputs.count))
    graph.inputs.append(.init(name: "x\(graph.inputs.count)", element: .f32, shape: [width]))
  }

  /// Mostly the newest value, sometimes any that is a vector.
  private mutating func source() -> Source {
    let inputs = graph.inputs.indices.filter { graph.inputs[$0].element == .f32 }
    if generator.chance(3) || graph.layers.isEmpty {
      return generator.pick(
        inputs.map { Source.input($0) } + graph.layers.indices.map { .layer($0) })
    }
    return .layer(graph.layers.count - 1)
  }

  private mutating func append(_ kind: LayerKind, _ sources: [Source], width: Int) {
    unread.removeAll { sources.contains($0) }
    unread.append(.layer(graph.layers.count))
    graph.layers.append(
      Layer(name: "l\(graph.layers.count)", kind: kind, sources: sources, width: width))
  }

  private mutating func add(_ word: String) {
    let x = source()
    let n = graph.width(of: x)
    switch word {
    case "linear": addLinear(x)
    case "table": addTable()
    case "recurrent": addRecurrent(x)
    case "activation": addActivation(x)
    case "prelu": append(.prelu(slope: generator.vector(n)), [x], width: n)
    case "permute":
      let permutation = (0..<n).shuffled(using: &generator.random)
      append(.permute(permutation, shuffleGroups: nil), [x], width: n)
    case "shuffle": addShuffle(x)
    case "add", "multiply": addSum(word == "add" ? .add : .multiply, x)
    case "concat":
      let others = [x, source(), source()].prefix(2 + (generator.chance(2) ? 1 : 0))
      let width = others.reduce(0) { $0 + graph.width(of: $1) }
      if width <= 200 { append(.concat, Array(others), width: width) }
    case "slice":
      let start = Int.random(in: 0..<n, using: &generator.random)
      let end = Int.random(in: start + 1...n, using: &generator.random)
      append(.slice(start: start, end: end), [x], width: end - start)
    case "scale":
      let (by, offset) = (generator.random.uniform(2), generator.random.uniform(1))
      append(.scale(by: by, offset: generator.chance(2) ? 0 : offset), [x], width: n)
      bound()
    case "frame":
      let size = n + Int.random(in: 0...2 * n, using: &generator.random)
      append(.frame(size: size), [x], width: size)
    case "delay":
      append(.delay(steps: Int.random(in: 1...5, using: &generator.random)), [x], width: n)
    case "softmax": append(.softmax, [x], width: n)
    case "log_softmax":
      append(.logSoftmax, [x], width: n)
      bound()
    case "dropout": append(.dropout, [x], width: n)
    default: addNorm(word, x)
    }
  }

  /// Ends an amplifying stretch: |tanh| <= 1.
  private mutating func bound() {
    let last = Source.layer(graph.layers.count - 1)
    append(.activation(.tanh), [last], width: graph.width(of: last))
  }

  private mutating func addLinear(_ x: Source) {
    let (rows, columns) = (generator.width(), graph.width(of: x))
    let kind = generator.pick(MatrixStructure.kinds)
    guard let structure = generator.structure(kind, rows: rows, columns: columns) else { return }
    let weight = generator.matrix(
      structure, rows: rows, columns: columns, bound: 1 / Float(columns).squareRoot())
    let function = generator.pick(ModelGenerator.replacements(of: .tanh))
    let bias = generator.chance(3) ? nil : generator.vector(rows)
    append(
      .linear(weight: weight, bias: bias, activation: Activation(function)), [x], width: rows)
  }

  /// An embedding, a one-hot, or a linear layer over a one-hot, of an index input of its own.
  private mutating func addTable() {
    let index = Source.input(graph.inputs.count)
    graph.inputs.append(
      .init(name: "x\(graph.inputs.count)", element: generator.pick([.i32, .u8, .i64]), shape: []))
    let (size, width) = (generator.width(), generator.width())
    if generator.chance(2) {
      append(
        .embedding(table: generator.vector(size * width), size: size), [index], width: width)
    } else {
      append(.oneHot(size: size), [index], width: size)
      if generator.chance(2) { addLinear(.layer(graph.layers.count - 1)) }
    }
  }

  private mutating func addRecurrent(_ x: Source) {
    let width = graph.width(of: x)
    // A structure that needs equal widths gets them; others draw theirs.
    let inputKind = generator.pick(MatrixStructure.kinds)
    let fits = ModelGenerator.widths.filter {
      generator.structure(inputKind, rows: $0, columns: width) != nil
    }
    let wish = ModelGenerator.RecurrentWish(
      cell: generator.pick(CellRegistry.cells), inputKind: fits.isEmpty ? Dense.self : inputKind,
      recurrentKind: generator.pick(MatrixStructure.kinds), inputWidth: width,
      hidden: fits.isEmpty ? nil : generator.pick(fits))
    guard let drawn = generator.recurrent(wish) else { return }
    options["l\(graph.layers.count)"] = drawn.options
    append(.recurrent(drawn.layer), [x], width: drawn.layer.hidden)
  }

  /// Any activation: those that need a domain get it from layers before, those that grow are bounded.
  private mutating func addActivation(_ x: Source) {
    let function = generator.pick(Activation.Function.allCases)
    let n = graph.width(of: x)
    var x = x
    func last() -> Source { .layer(graph.layers.count - 1) }
    switch function {
    case .exp, .square:
      append(.activation(.tanh), [x], width: n)
      x = last()
    case .sqrt, .log:
      // Away from 0, where both are steep.
      append(.activation(.sigmoid), [x], width: n)
      append(.scale(by: 2, offset: 0.25), [last()], width: n)
      x = last()
    default: break
    }
    let parameter = function.parameter.map { $0.initial + generator.pick([0, 0.125, 0.5]) }
    append(.activation(Activation(function, parameter: parameter)), [x], width: n)
  }

  private mutating func addShuffle(_ x: Source) {
    let n = graph.width(of: x)
    let groups = generator.pick((1...n).filter { n % $0 == 0 })
    // y[j g + i] = x[i (n / g) + j]
    let permutation = (0..<n).map { ($0 % groups) * (n / groups) + $0 / groups }
    append(.permute(permutation, shuffleGroups: groups), [x], width: n)
  }

  /// The sum or product of x, itself, and another value of its width if there is one.
  private mutating func addSum(_ kind: LayerKind, _ x: Source) {
    let n = graph.width(of: x)
    let same = graph.layers.indices.filter { graph.layers[$0].width == n }.map(Source.layer)
    let sources = [x, generator.pick(same + [x])] + (generator.chance(3) ? [x] : [])
    append(kind, sources, width: n)
    bound()
  }

  private mutating func addNorm(_ word: String, _ x: Source) {
    let n = graph.width(of: x)
    let (weight, bias) = (generator.vector(n, bound: 2), generator.vector(n))
    // Not the usual 1e-5: values nearly equal would have their rounding errors amplified by 300.
    let epsilon = generator.pick([0.0625, 0.5] as [Float])
    if word == "layer_norm" {
      append(.layerNorm(weight: weight, bias: bias, epsilon: epsilon), [x], width: n)
    } else {
      let variance = generator.vector(n).map { abs($0) + 0.125 }
      append(
        .batchNorm(
          mean: generator.vector(n), variance: variance, weight: weight, bias: bias,
          epsilon: epsilon), [x], width: n)
    }
    bound()
  }
}
