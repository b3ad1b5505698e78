import IR
import TestSupport
import Testing

@Suite struct VerifierTests {
  /// x: f32[4], i: i32[]; constants of every kind; built by hand so that it can be broken.
  static func builder() -> (Builder, x: ValueID, i: ValueID) {
    var builder = Builder(Function(name: "f"))
    let x = builder.parameter("x", .vector(4))
    let i = builder.parameter("i", ValueType(.i32, width: nil))
    _ = builder.addConstant(named: Symbol("v4"), .vector([1, 2, 3, 4]))
    _ = builder.addConstant(named: Symbol("v3"), .vector([1, 2, 3]))
    let dense = MatrixType(structure: .dense(Dense()), rows: 3, columns: 4)
    _ = builder.addConstant(named: Symbol("m"), .matrix(dense, [Float](repeating: 1, count: 12)))
    let gates = MatrixType(
      structure: .blockDiagonal(BlockDiagonal(blocks: 2)), gates: 2, rows: 4, columns: 4)
    _ = builder.addConstant(named: Symbol("g"), .matrix(gates, [Float](repeating: 1, count: 16)))
    _ = builder.addConstant(named: Symbol("p"), .permutation([3, 2, 1, 0]))
    return (builder, x, i)
  }

  /// A function of one operation with one result of the given type.
  static func function(_ type: ValueType, _ op: (ValueID, ValueID) -> Op) -> Function {
    var (builder, x, i) = builder()
    let y = builder.makeValue(type)
    builder.block = [Operation(op(x, i), results: [y])]
    return builder.finish(results: [(name: "y", value: y)])
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let message: String
    let function: Function
    var testDescription: String { message }

    init(
      _ message: String, _ type: ValueType = .vector(4), _ op: (ValueID, ValueID) -> Op
    ) {
      self.message = message
      function = VerifierTests.function(type, op)
    }
  }

  static func program(
    _ inputs: Int, _ instructions: [PointwiseProgram.Instruction], _ outputs: [Int]
  ) -> PointwiseProgram {
    PointwiseProgram(inputCount: inputs, instructions: instructions, outputs: outputs)
  }

  static let wrong = [
    Case("%0 (project): '@nowhere' is not a matrix") { x, _ in
      .project(matrix: Symbol("nowhere"), input: x, bias: nil)
    },
    Case("%0 (project): '@v4' is not a matrix") { x, _ in
      .project(matrix: Symbol("v4"), input: x, bias: nil)
    },
    Case("%0 (project): %i is not f32") { _, i in
      .project(matrix: Symbol("m"), input: i, bias: nil)
    },
    Case("%0 (project): '@v4' has 4 elements instead of 3", .vector(3)) { x, _ in
      .project(matrix: Symbol("m"), input: x, bias: Symbol("v4"))
    },
    Case("%0 (project): the result must be f32[8]") { x, _ in
      .project(matrix: Symbol("g"), input: x, bias: nil)
    },
    Case("%0 (constant): '@p' is not a vector") { _, _ in .constant(Symbol("p")) },
    Case("%0 (constant): the result must be f32[3]") { _, _ in .constant(Symbol("v3")) },
    Case("%0 (add): %i is not f32") { x, i in .binary(.add, x, i) },
    Case("%0 (tanh): 'tanh' takes no parameter") { x, _ in
      .activation(Activation(.tanh, parameter: 2), x)
    },
    Case("%0 (slice): [2 ..< 5] is not a part of the 4 elements of %x", .vector(3)) { x, _ in
      .slice(x, start: 2, end: 5)
    },
    Case("%0 (slice): [-1 ..< 2] is not a part of the 4 elements of %x", .vector(3)) { x, _ in
      .slice(x, start: -1, end: 2)
    },
    Case("%0 (slice): [2 ..< 2] is not a part of the 4 elements of %x", .vector(1)) { x, _ in
      .slice(x, start: 2, end: 2)
    },
    Case("%0 (concat): there is nothing to concatenate") { _, _ in .concat([]) },
    Case("%0 (concat): the result must be f32[8]") { x, _ in .concat([x, x]) },
    Case("%0 (permute): '@v4' is not a permutation") { x, _ in .permute(x, Symbol("v4")) },
    Case("%0 (embedding): '@g' is not a dense matrix") { _, i in
      .embedding(table: Symbol("g"), index: i)
    },
    Case("%0 (embedding): %x is not an integer") { x, _ in
      .embedding(table: Symbol("m"), index: x)
    },
    Case("%0 (one_hot): the size 0 is not positive") { _, i in .oneHot(index: i, size: 0) },
    Case("%0 (window): the window is shorter than its input", .vector(3)) { x, _ in
      .window(x, size: 3, state: "w")
    },
    Case("%0 (delay): a delay of 0 steps is not positive") { x, _ in
      .delay(x, steps: 0, state: "d")
    },
    Case("%0 (layer_norm): '@v3' has 3 elements instead of 4") { x, _ in
      .layerNorm(x, weight: Symbol("v4"), bias: Symbol("v3"), epsilon: 0)
    },
    Case("%0 (batch_norm): '@m' is not a vector") { x, _ in
      .batchNorm(
        x, mean: Symbol("v4"), variance: Symbol("m"), weight: Symbol("v4"), bias: Symbol("v4"),
        epsilon: 0)
    },
    Case("%0 (pointwise): the program has 2 inputs, the operation 1") { x, _ in
      .pointwise(program(2, [], [0]), [x])
    },
    Case("%0 (pointwise): r1 reads r1, which is not defined before") { x, _ in
      .pointwise(program(1, [.binary(.add, 0, 1)], [1]), [x])
    },
    Case("%0 (pointwise): the output r3 is not defined") { x, _ in
      .pointwise(program(1, [.activation(.tanh, 0)], [3]), [x])
    },
    Case("%0 (pointwise): the program has no outputs") { x, _ in
      .pointwise(program(1, [], []), [x])
    },
  ]

  @Test(arguments: wrong) func `an op that does not fit is found`(_ wrong: Case) {
    let error = #expect(throws: VerificationError.self) { try wrong.function.verify() }
    #expect(error?.messages == [wrong.message])
  }

  @Test func `values are defined once and before their use`() {
    var (builder, x, _) = Self.builder()
    let (a, b) = (builder.makeValue(.vector(4)), builder.makeValue(.vector(4)))
    builder.block = [
      Operation(.activation(.tanh, b), results: [a]),
      Operation(.activation(.tanh, x), results: [b]),
      Operation(.activation(.sigmoid, x), results: [b]),
    ]
    let function = builder.finish(results: [(name: "y", value: ValueID(99))])
    let messages = Verifier.problems(of: function).map(\.message)
    #expect(messages.contains("%0 (tanh) uses %2, which is not defined before"))
    #expect(messages.contains("%2 is defined twice"))
    #expect(
      messages.contains("the result 'y' uses %undefined.99, which is not defined before"))
  }

  /// h' = tanh(h + x) with whatever `change` does to the scan, and its result used outside.
  static func scan(_ change: (inout Scan, inout Builder, ValueID) -> Void) -> Function {
    var (builder, x, _) = builder()
    let h = builder.makeValue(.vector(4))
    var after = h
    let body = builder.nested { inner in
      after = inner.activation(.tanh, inner.binary(.add, h, x))
    }
    var scan = Scan(
      name: "s", states: [.init(name: "h", before: h, after: after)], body: body, yields: [after])
    change(&scan, &builder, x)
    let y = builder.append(.scan(scan))
    return builder.finish(results: y.map { (name: "y", value: $0) })
  }

  @Test func `a good scan passes`() throws {
    try Self.scan { _, _, _ in }.verify()
    try Self.scan { scan, _, x in scan.states[0].after = x }.verify()
  }

  @Test func `the values of a body stay inside`() {
    var function = Self.scan { _, _, _ in }
    guard case .scan(let scan) = function.body[0].op else { return }
    function.results[0].value = scan.yields[0]
    #expect(throws: VerificationError.self) { try function.verify() }
  }

  @Test func `states are checked`() {
    func messages(_ change: (inout Scan, inout Builder, ValueID) -> Void) -> [String] {
      Verifier.problems(of: Self.scan(change)).map(\.message)
    }
    #expect(
      messages { scan, _, _ in scan.states[0].initial = Symbol("v3") }
        == ["'@v3' is not a vector for the f32[4] of a state"])
    #expect(
      messages { scan, builder, _ in
        let again = builder.makeValue(.vector(4))
        scan.states.append(.init(name: "h", before: again, after: again))
      } == ["two states are named 'h'"])
    #expect(
      messages { scan, builder, x in
        let narrow = builder.makeValue(.vector(3))
        scan.states.append(.init(name: "n", before: narrow, after: x))
      } == ["the state 'n' is f32[3] before a step and f32[4] after"])
    #expect(
      messages { scan, builder, x in
        let y = builder.makeValue(.vector(4))
        scan.body.append(Operation(.delay(x, steps: 1, state: "d"), results: [y]))
      } == ["%3 (delay) carries a state and cannot stand in a scan"])
  }

  @Test func `constants are checked`() {
    var (builder, x, _) = Self.builder()
    let odd = MatrixType(
      structure: .blockDiagonal(BlockDiagonal(blocks: 3)), rows: 4, columns: 4)
    let huge = MatrixType(structure: .dense(Dense()), rows: .max, columns: 2)
    let short = MatrixType(structure: .dense(Dense()), rows: 2, columns: 2)
    for (name, constant) in [
      ("a", Constant.matrix(odd, [])), ("b", .matrix(huge, [])), ("c", .matrix(short, [1])),
      ("d", .permutation([0, 2])), ("e", .vector([])),
    ] { _ = builder.addConstant(named: Symbol(name), constant) }
    let function = builder.finish(results: [(name: "x", value: x)])
    #expect(
      Verifier.problems(of: function).map(\.message) == [
        "constant '@a' is impossible: 'block_diagonal' with 3 blocks does not divide 4 rows",
        "constant '@b' is too large",
        "constant '@c' stores 1 numbers instead of 4",
        "constant '@d' is not a permutation",
        "constant '@e' is empty",
      ])
  }
}
