import IR
import Model
import Testing

/// Static costs against the formulas of SYSTEMS section 1.
@Suite struct LayerCostTests {
  private func costs(_ layers: String, dims: String = "{d: 20, n: 48}") throws -> [LayerCost] {
    let text = """
      format: 1
      weights: {init: uniform}
      dims: \(dims)
      inputs: {x: {shape: [d]}}
      layers:
      \(layers)
      outputs: {y: {from: last}}
      """
    let graph = try load(Array(text.utf8)).graph
    return LayerCost.costs(of: graph) + [LayerCost.total(of: LayerCost.costs(of: graph), in: graph)]
  }

  /// g gates: g (n d + n²/G) products, g (d n + n²) when dense, two biases.
  @Test(arguments: [("rnn", 1, 1), ("gru", 3, 1), ("lstm", 4, 2)], [1, 4, 48])
  func recurrentLayers(cell: (String, Int, Int), blocks: Int) throws {
    let (keyword, gates, states) = cell
    let (d, n) = (20, 48)
    let cost = try costs(
      """
      - \(keyword): last
        hidden: n
        recurrent: {structure: block_diagonal, blocks: \(blocks)}
      """)[0]
    let macs = gates * (n * d + n * n / blocks)
    let dense = gates * n * (d + n)
    #expect(cost.layer == "last")
    #expect(cost.kind == keyword)
    #expect(cost.structure == "input=dense;recurrent=block_diagonal(\(blocks))")
    #expect((cost.inputs, cost.outputs) == (d, n))
    #expect(cost.macsPerStep == macs)
    #expect(cost.weightBytes == 4 * macs)
    #expect(cost.parameters == macs + 2 * gates * n)
    #expect(cost.stateBytes == 4 * states * n)
    #expect(cost.denseMacsPerStep == dense)
    #expect(cost.denseWeightBytes == 4 * dense)
    #expect(cost.denseParameters == dense + 2 * gates * n)
  }

  @Test func diagonalsCountTheirEntries() throws {
    let cost = try costs(
      """
      - lstm: last
        hidden: d
        input: diagonal
        recurrent: diagonal
        initial: learned
      """)[0]
    #expect(cost.macsPerStep == 4 * (20 + 20))
    #expect(cost.parameters == 4 * (20 + 20) + 8 * 20 + 2 * 20)
    #expect(cost.structure == "input=diagonal;recurrent=diagonal")
  }

  @Test func stacksHaveOneCostPerSublayer() throws {
    let costs = try costs("- gru: last\n  hidden: n\n  layers: 3")
    #expect(costs.map(\.layer) == ["last_l0", "last_l1", "last_l2", "total"])
    #expect(costs.map(\.inputs) == [20, 48, 48, 20])
    #expect(costs[0].macsPerStep == 3 * 48 * (20 + 48))
    #expect(costs[2].macsPerStep == 3 * 48 * (48 + 48))
    #expect(costs[3].macsPerStep == costs[..<3].reduce(0) { $0 + $1.macsPerStep })
    #expect(costs[3].stateBytes == 3 * 4 * 48)
  }

  @Test func otherLayers() throws {
    let costs = try costs(
      """
      - frame: f
        size: 50
      - linear: l
        out: n
        weight: {structure: block_diagonal, blocks: 2}
      - activation: p
        kind: prelu
      - delay: z
        steps: 3
      - layer_norm: ln
      - batch_norm: bn
      - softmax: s
      - concat: c
        from: [s, f]
      - linear: last
        out: 10
        bias: false
      """)
    func cost(_ name: String) -> LayerCost { costs.first { $0.layer == name }! }
    #expect(cost("f").stateBytes == 4 * (50 - 20))
    #expect(cost("l").macsPerStep == 48 * 50 / 2)
    #expect(cost("l").parameters == 48 * 50 / 2 + 48)
    #expect(cost("l").denseParameters == 48 * 50 + 48)
    #expect(cost("l").structure == "weight=block_diagonal(2)")
    #expect(cost("p").parameters == 48)
    #expect(cost("z").stateBytes == 4 * 3 * 48)
    #expect(cost("ln").parameters == 96)
    #expect(cost("bn").parameters == 96)
    #expect(cost("c").inputs == 98)
    #expect(cost("last").parameters == 980)
    for name in ["f", "p", "z", "ln", "bn", "s", "c"] {
      #expect(cost(name).macsPerStep == 0)
      #expect(cost(name).weightBytes == 0)
    }
  }

  @Test func indicesCostTheirTablesButNoProducts() throws {
    let text = """
      format: 1
      weights: {init: uniform}
      inputs: {w: {type: i32, shape: []}}
      layers:
      - embedding: e
        size: [100, 8]
      - one_hot: o
        from: w
        size: 100
      - linear: l
        out: 8
      - add: last
        from: [e, l]
      outputs: {y: {from: last}}
      """
    let costs = LayerCost.costs(of: try load(Array(text.utf8)).graph)
    #expect(costs.map(\.macsPerStep) == [0, 0, 800, 0])
    #expect(costs.map(\.parameters) == [800, 0, 808, 0])
    #expect(costs.map(\.weightBytes) == [3200, 0, 3200, 0])
  }

  @Test func theDenseTwinCostsWhatTheStructuredModelSays() throws {
    let text = """
      format: 1
      weights: {init: uniform, seed: 4}
      inputs: {x: {shape: [12]}}
      layers:
      - linear: a
        out: 12
        weight: {structure: block_diagonal, blocks: 3}
      - lstm: b
        hidden: 12
        layers: 2
        input: {structure: block_diagonal, blocks: 4}
        recurrent: diagonal
      outputs: {y: {from: b}}
      """
    let graph = try load(Array(text.utf8)).graph
    let twin = graph.denseTwin
    for (cost, dense) in zip(LayerCost.costs(of: graph), LayerCost.costs(of: twin)) {
      #expect(dense.macsPerStep == cost.denseMacsPerStep)
      #expect(dense.parameters == cost.denseParameters)
      #expect(dense.weightBytes == cost.denseWeightBytes)
      #expect(dense.macsPerStep == dense.denseMacsPerStep)
    }
    guard case .recurrent(let a) = graph.layers[1].kind,
      case .recurrent(let b) = twin.layers[1].kind
    else {
      Issue.record("not recurrent")
      return
    }
    #expect(a.sublayers[1].recurrent["f"]?.dense == b.sublayers[1].recurrent["f"]?.stored)
    #expect(b.sublayers[0].inputStructure == .dense(Dense()))
  }
}
