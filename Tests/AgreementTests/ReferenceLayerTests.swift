import IR
import Model
import Reference
import TestSupport
import Testing

/// Every layer kind against numbers worked out by hand (with a pocket calculator's e^x).
@Suite struct ReferenceLayerTests {
  /// Runs one layer over rows of x; flat rows of y.
  private func run(
    _ kind: LayerKind, _ x: [[Double]], width: Int, states: [String] = []
  ) throws -> [Double] {
    let graph = ModelGraph.singleLayer(kind, inputWidth: x[0].count, width: width)
    var model = try ReferenceModel(graph)
    #expect(model.states.map(\.name) == states)
    return try model.run(["x": x.flatMap { $0 }], steps: x.count)["y"]!
  }

  @Test func linear() throws {
    let weight = StructuredMatrix.dense([1, 2, 3, 4, 5, 6], rows: 2)
    let kind = LayerKind.linear(
      weight: weight, bias: [0.5, -40], activation: Activation(.relu))
    #expect(try run(kind, [[1, -1, 2]], width: 2) == [5.5, 0])
  }

  @Test func linearOverBlocks() throws {
    let weight = StructuredMatrix(
      structure: .blockDiagonal(BlockDiagonal(blocks: 2)), rows: 2, columns: 4,
      stored: [1, 2, 3, 4])
    let kind = LayerKind.linear(weight: weight, bias: nil, activation: .linear)
    #expect(try run(kind, [[1, 10, 100, 1000]], width: 2) == [21, 4300])
  }

  @Test func tables() throws {
    let embedding = LayerKind.embedding(table: [1, 2, 3, 4, 5, 6], size: 3)
    #expect(try run(embedding, [[2], [0]], width: 2) == [5, 6, 1, 2])
    #expect(try run(.oneHot(size: 3), [[2], [0]], width: 3) == [0, 0, 1, 1, 0, 0])
    #expect(throws: ReferenceError.self) { try run(embedding, [[3]], width: 2) }
    #expect(throws: ReferenceError.self) { try run(.oneHot(size: 3), [[-1]], width: 3) }
  }

  @Test func movement() throws {
    #expect(try run(.permute([2, 0, 1], shuffleGroups: nil), [[1, 2, 3]], width: 3) == [3, 1, 2])
    #expect(try run(.slice(start: 1, end: 3), [[1, 2, 3, 4]], width: 2) == [2, 3])
    #expect(try run(.dropout, [[1, 2]], width: 2) == [1, 2])
    #expect(try run(.scale(by: 2, offset: 0.5), [[1, -2]], width: 2) == [2.5, -3.5])
    #expect(try run(.prelu(slope: [0.5, 2]), [[-3, -1], [4, 5]], width: 2) == [-1.5, -2, 4, 5])
  }

  @Test func severalInputs() throws {
    for (kind, want) in [
      (LayerKind.add, [11.0, 22]), (.multiply, [10, 40]), (.concat, [1, 2, 10, 20]),
    ] {
      let graph = ModelGraph(
        name: "two",
        inputs: [
          .init(name: "a", element: .f32, shape: [2]), .init(name: "b", element: .f32, shape: [2]),
        ],
        layers: [
          Layer(name: "join", kind: kind, sources: [.input(0), .input(1)], width: want.count)
        ], outputs: [.init(name: "y", source: .layer(0), width: want.count)])
      var model = try ReferenceModel(graph)
      #expect(try model.run(["a": [1, 2], "b": [10, 20]], steps: 1)["y"] == want)
    }
  }

  @Test func history() throws {
    #expect(
      try run(.frame(size: 3), [[1, 2], [3, 4], [5, 6]], width: 3, states: ["layer.history"])
        == [0, 1, 2, 2, 3, 4, 4, 5, 6])
    #expect(
      try run(.frame(size: 5), [[1, 2], [3, 4]], width: 5, states: ["layer.history"])
        == [0, 0, 0, 1, 2, 0, 1, 2, 3, 4])
    #expect(try run(.frame(size: 2), [[1, 2]], width: 2) == [1, 2])
    #expect(
      try run(.delay(steps: 2), [[1], [2], [3], [4]], width: 1, states: ["layer.history"])
        == [0, 0, 1, 2])
  }

  @Test func softmaxes() throws {
    let e = 2.718281828459045
    let p = [1 / (1 + e), e / (1 + e)]
    expectClose(try run(.softmax, [[1000, 1001]], width: 2), p, absolute: 1e-15)
    expectClose(
      try run(.logSoftmax, [[-5, -4]], width: 2), [-1.3132616875182228, -0.3132616875182228],
      absolute: 1e-15)
  }

  @Test func norms() throws {
    // Mean 2, population variance 2; epsilon 2 makes the deviation 2.
    let layer = LayerKind.layerNorm(weight: [1, 2, 4], bias: [0, 1, 0], epsilon: 2)
    let root = 3.0.squareRoot()
    expectClose(
      try run(layer, [[2 - root, 2, 2 + root]], width: 3), [-root / 2, 1, 2 * root],
      absolute: 1e-14)
    let batch = LayerKind.batchNorm(
      mean: [1, 2], variance: [3, 15], weight: [2, 4], bias: [0, 0.5], epsilon: 1)
    #expect(try run(batch, [[5, 0]], width: 2) == [4, -1.5])
  }

  @Test func statesCanBeSetAndReset() throws {
    var model = try ReferenceModel(.singleLayer(.delay(steps: 2), inputWidth: 1, width: 1))
    try model.setState("layer.history", to: [7, 8])
    #expect(try model.run(["x": [1, 2, 3]], steps: 3)["y"] == [7, 8, 1])
    model.reset()
    #expect(try model.run(["x": [1, 2, 3]], steps: 3)["y"] == [0, 0, 1])
    #expect(throws: ReferenceError.self) { try model.setState("layer.history", to: [1]) }
    #expect(throws: ReferenceError.self) { try model.setState("layer.h_l0", to: [1]) }
    #expect(throws: ReferenceError.self) { try model.run(["x": [1]], steps: 2) }
    #expect(throws: ReferenceError.self) { try model.step([[1, 2]]) }
  }
}
