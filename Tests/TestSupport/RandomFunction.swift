import IR
import Tensors

/// Functions of random operations over narrow vectors, for properties that must hold of any IR.
///
/// Values stay of order one: activations are tame, divisors are constants away from zero, recurrent
/// states go through tanh. So two evaluations can be compared absolutely.
package struct RandomFunction {
  private var builder: Builder
  private var random: SeededRandom
  private var pool: [ValueID] = []
  private var index: ValueID
  private var names = 0
  private var insideScan = false

  /// A function of two vectors and an index (0 or 1) and one to three results, `size` operations or a few more.
  package static func make(seed: UInt64, size: Int = 14) -> Function {
    var maker = RandomFunction(seed: seed)
    for _ in 0..<size { maker.appendOperation() }
    return maker.finish()
  }

  private init(seed: UInt64) {
    random = SeededRandom(seed: seed &* 0x9E37_79B9 &+ 12345)
    builder = Builder(Function(name: "random\(seed)"))
    pool = [builder.parameter("x", .vector(8)), builder.parameter("y", .vector(6))]
    index = builder.parameter("i", ValueType(.i32, width: nil))
  }

  private consuming func finish() -> Function {
    var results: [(name: String, value: ValueID)] = []
    for k in 0..<Int.random(in: 1...3, using: &random) {
      results.append((name: "out\(k)", value: k == 0 ? pool[pool.count - 1] : pick()))
    }
    return builder.finish(results: results)
  }

  // MARK: Choices

  /// Recent values more often than old ones, so that chains grow.
  private mutating func pick() -> ValueID {
    let recent = Int.random(in: 0..<3, using: &random) > 0
    return (recent ? pool.suffix(4) : pool[...]).randomElement(using: &random)!
  }

  private func width(_ value: ValueID) -> Int { builder.type(of: value).count }

  private mutating func numbers(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &random) }
  }

  private mutating func name(_ stem: String) -> Symbol {
    names += 1
    return Symbol("\(stem)\(names)")
  }

  private mutating func vector(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> Symbol {
    builder.addConstant(named: name("v"), .vector(numbers(count, range)))
  }

  // MARK: Operations

  private mutating func appendOperation() {
    let x = pick()
    let n = width(x)
    let kinds = insideScan ? 9 : 15
    switch Int.random(in: 0..<kinds, using: &random) {
    case 0, 1: add(project(x, rows: [4, 6, 8, 12].randomElement(using: &random)!))
    case 2: add(affine(x))
    case 3: add(builder.activation(tame(), x))
    case 4: add(combine(x))
    case 5: add(permute(x))
    case 6:
      let start = Int.random(in: 0..<n, using: &random)
      add(builder.slice(x, start: start, end: Int.random(in: start + 1...n, using: &random)))
    case 7: add(builder.concat([x, pick()]))
    case 8:
      add(builder.append(.prelu(x, slope: builder.constant(vector(n))))[0])
    case 9: add(builder.append(batchNorm(x))[0])
    case 10:
      add(
        builder.append(
          .layerNorm(x, weight: vector(n), bias: vector(n), epsilon: 0.1))[0])
    case 11:
      add(builder.append(.softmax(x))[0])
    case 12:
      let state = name("delay").name
      add(builder.append(.delay(x, steps: Int.random(in: 1...3, using: &random), state: state))[0])
    case 13: add(lookup())
    default: appendScan(x)
    }
  }

  private mutating func add(_ value: ValueID) {
    // Wide values would only grow: concatenations of concatenations are cut.
    pool.append(width(value) > 24 ? builder.slice(value, start: 3, end: 11) : value)
  }

  private mutating func tame() -> Activation {
    [
      .tanh, .sigmoid, Activation(.relu), Activation(.softsign), Activation(.leakyRelu), .linear,
    ].randomElement(using: &random)!
  }

  private mutating func project(_ x: ValueID, rows: Int) -> ValueID {
    let columns = width(x)
    let (structure, rows) = structure(rows: rows, columns: columns)
    let type = MatrixType(structure: structure, rows: rows, columns: columns)
    let matrix = builder.addConstant(
      named: name("W"), .matrix(type, numbers(type.storedCount, -0.5...0.5)))
    let bias = Bool.random(using: &random) ? vector(rows) : nil
    let y = builder.project(matrix, x, bias: bias)
    return Bool.random(using: &random)
      ? builder.binary(.add, y, builder.constant(vector(rows))) : y
  }

  /// Half of the time dense, else of any kind that fits, or fits a square matrix.
  private mutating func structure(rows: Int, columns: Int) -> (MatrixStructure, rows: Int) {
    let kind = MatrixStructure.kinds.randomElement(using: &random)!
    if kind != Dense.self, Bool.random(using: &random) {
      for rows in [rows, columns] {
        let fitting = StructureChoices.fitting(kind, rows: rows, columns: columns)
        if let structure = fitting.randomElement(using: &random) { return (structure, rows) }
      }
    }
    return (.dense(Dense()), rows)
  }

  private mutating func affine(_ x: ValueID) -> ValueID {
    let n = width(x)
    let range: ClosedRange<Float> = Bool.random(using: &random) ? 0.5...1.5 : -1.5 ... -0.5
    let factor = builder.constant(vector(n, range))
    let f: BinaryFunction = Bool.random(using: &random) ? .multiply : .divide
    let scaled = builder.binary(f, x, factor)
    let g: BinaryFunction = Bool.random(using: &random) ? .add : .subtract
    return builder.binary(g, scaled, builder.constant(vector(n)))
  }

  /// A binary operation of `x` with another value of its width, or with itself.
  private mutating func combine(_ x: ValueID) -> ValueID {
    let n = width(x)
    let other = pool.filter { width($0) == n }.randomElement(using: &random)!
    let functions: [BinaryFunction] = [.add, .subtract, .minimum, .maximum]
    return builder.binary(functions.randomElement(using: &random)!, x, other)
  }

  private mutating func permute(_ x: ValueID) -> ValueID {
    let n = width(x)
    let p = Bool.random(using: &random) ? shuffle(n) : Array(0..<n).shuffled(using: &random)
    return builder.append(
      .permute(x, builder.addConstant(named: name("p"), .permutation(p))))[0]
  }

  private func shuffle(_ n: Int) -> [Int] {
    let groups = n % 2 == 0 ? 2 : 1
    return (0..<n).map { ($0 % groups) * (n / groups) + $0 / groups }
  }

  private mutating func batchNorm(_ x: ValueID) -> Op {
    let n = width(x)
    return .batchNorm(
      x, mean: vector(n), variance: vector(n, 0.5...2), weight: vector(n), bias: vector(n),
      epsilon: 0.001)
  }

  /// A one-hot vector or a row of a table, half of the time multiplied by a matrix.
  private mutating func lookup() -> ValueID {
    let width = [4, 6, 8].randomElement(using: &random)!
    let x: ValueID
    if Bool.random(using: &random) {
      x = builder.append(.oneHot(index: index, size: width))[0]
    } else {
      let type = MatrixType(structure: .dense(Dense()), rows: 3, columns: width)
      let table = builder.addConstant(named: name("T"), .matrix(type, numbers(3 * width, -1...1)))
      x = builder.append(.embedding(table: table, index: index))[0]
    }
    return Bool.random(using: &random) ? project(x, rows: 6) : x
  }

  private mutating func appendScan(_ x: ValueID) {
    let outer = pool
    let states = (0..<Int.random(in: 1...2, using: &random)).map { _ in
      builder.makeValue(.vector([4, 6].randomElement(using: &random)!))
    }
    var (nested, after) = (self, [ValueID]())
    let body = builder.nested { inner in
      nested.builder = inner
      after = nested.appendBody(states, reading: x)
      inner = nested.builder
    }
    (random, names, pool) = (nested.random, nested.names, outer)
    let scan = Scan(
      name: name("scan").name,
      states: zip(states, after).map { before, after in
        let n = builder.type(of: before).count
        return Scan.State(
          name: name("h").name, before: before, after: after,
          initial: Bool.random(using: &random) ? vector(n) : nil)
      }, body: body, yields: after)
    pool += builder.append(.scan(scan))
  }

  /// Fills a scan's body and returns what its states become.
  private mutating func appendBody(_ states: [ValueID], reading x: ValueID) -> [ValueID] {
    insideScan = true
    pool += states
    for state in states { add(builder.binary(.add, dense(x, rows: 6), dense(state, rows: 6))) }
    for _ in 0..<4 { appendOperation() }
    return states.map { state in
      let y = project(pick(), rows: width(state))
      let fitting = width(y) == width(state) ? y : dense(y, rows: width(state))
      return builder.activation(.tanh, fitting)
    }
  }

  private mutating func dense(_ x: ValueID, rows: Int) -> ValueID {
    let type = MatrixType(structure: .dense(Dense()), rows: rows, columns: width(x))
    return builder.project(
      builder.addConstant(named: name("W"), .matrix(type, numbers(type.storedCount, -0.5...0.5))), x
    )
  }
}
