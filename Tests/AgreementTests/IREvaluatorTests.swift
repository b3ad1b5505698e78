import IR
import TestSupport
import Testing

/// The evaluator that judges passes, on functions small enough to follow by hand.
@Suite struct IREvaluatorTests {
  /// %y = f(%x) built by `body`, run over rows of x.
  private func run(
    width: Int, _ x: [Double], steps: Int, _ body: (inout Builder, ValueID) -> ValueID
  ) -> [Double] {
    var builder = Builder(Function(name: "f"))
    let input = builder.parameter("x", .vector(width))
    let y = body(&builder, input)
    var evaluator = IREvaluator(builder.finish(results: [("y", y)]))
    return evaluator.run(["x": x], steps: steps)["y"]!
  }

  @Test func stackedProjectionAddsItsBias() {
    let type = MatrixType(structure: .diagonal(Diagonal()), gates: 2, rows: 2, columns: 2)
    let y = run(width: 2, [10, 100], steps: 1) { builder, x in
      let matrix = builder.addConstant(named: Symbol("w"), .matrix(type, [1, 2, 3, 4]))
      let bias = builder.addConstant(named: Symbol("b"), .vector([0.5, 0, 0, -1]))
      return builder.project(matrix, x, bias: bias)
    }
    #expect(y == [10.5, 200, 30, 399])
  }

  @Test func scanCarriesItsStates() {
    // s' = s + x from 5; the yields are s before and after.
    var builder = Builder(Function(name: "f"))
    let x = builder.parameter("x", .vector(1))
    let initial = builder.addConstant(named: Symbol("s0"), .vector([5]))
    let before = builder.makeValue(.vector(1))
    var after = before
    let body = builder.nested { after = $0.binary(.add, before, x) }
    let state = Scan.State(name: "acc.h_l0", before: before, after: after, initial: initial)
    let scan = Scan(name: "acc", states: [state], body: body, yields: [before, after])
    let results = builder.append(.scan(scan))
    let function = builder.finish(results: [("before", results[0]), ("after", results[1])])
    var evaluator = IREvaluator(function)
    let first = evaluator.run(["x": [1, 2, 3]], steps: 3)
    #expect(first == ["before": [5, 6, 8], "after": [6, 8, 11]])
    #expect(evaluator.states == ["acc.h_l0": [11]])
    #expect(evaluator.step([[1]]) == [[11], [12]])
    evaluator.reset()
    #expect(evaluator.step([[1]]) == [[5], [6]])
  }

  @Test func historyStartsAtZero() {
    let window = run(width: 2, [1, 2, 3, 4, 5, 6], steps: 3) { builder, x in
      builder.append(.window(x, size: 3, state: "w"))[0]
    }
    #expect(window == [0, 1, 2, 2, 3, 4, 4, 5, 6])
    let delay = run(width: 1, [1, 2, 3, 4], steps: 4) { builder, x in
      builder.append(.delay(x, steps: 2, state: "d"))[0]
    }
    #expect(delay == [0, 0, 1, 2])
  }

  @Test func tablesAndMovement() {
    let table = run(width: 1, [2, 0], steps: 2) { builder, x in
      let type = MatrixType(structure: .dense(Dense()), rows: 3, columns: 2)
      let matrix = builder.addConstant(named: Symbol("t"), .matrix(type, [1, 2, 3, 4, 5, 6]))
      return builder.append(.embedding(table: matrix, index: x))[0]
    }
    #expect(table == [5, 6, 1, 2])
    let hot = run(width: 1, [1], steps: 1) { builder, x in
      builder.append(.oneHot(index: x, size: 3))[0]
    }
    #expect(hot == [0, 1, 0])
    let moved = run(width: 3, [1, 2, 3], steps: 1) { builder, x in
      let p = builder.addConstant(named: Symbol("p"), .permutation([2, 0, 1]))
      let permuted = builder.append(.permute(x, p))[0]
      return builder.concat([builder.slice(permuted, start: 0, end: 2), x])
    }
    #expect(moved == [3, 1, 1, 2, 3])
  }

  @Test func pointwiseProgramIsStraightLine() {
    // max(x, 0.5 x) squared, and the sum of both.
    let program = PointwiseProgram(
      inputCount: 2,
      instructions: [
        .prelu(0, slope: 1), .activation(Activation(.square), 2), .binary(.add, 2, 3),
      ], outputs: [3, 4])
    let y = run(width: 2, [3, -4], steps: 1) { builder, x in
      let half = builder.addConstant(named: Symbol("half"), .vector([0.5, 0.5]))
      let results = builder.append(.pointwise(program, [x, builder.constant(half)]))
      return builder.concat(results)
    }
    #expect(y == [9, 4, 12, 2])
  }

  @Test func rowsAreNormalised() {
    let y = run(width: 2, [1, 3], steps: 1) { builder, x in
      let w = builder.addConstant(named: Symbol("w"), .vector([2, 2]))
      let b = builder.addConstant(named: Symbol("b"), .vector([0, 1]))
      return builder.append(.layerNorm(x, weight: w, bias: b, epsilon: 3))[0]
    }
    #expect(y == [-1, 2])
    let soft = run(width: 2, [7, 7], steps: 1) { builder, x in
      builder.append(.softmax(x))[0]
    }
    expectClose(soft, [0.5, 0.5], absolute: 1e-15)
  }
}
