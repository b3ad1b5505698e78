import IR
import Model
import Reference
import TestSupport
import Testing

/// Cells' references beyond the golden rows: options, stacks, learned initial states.
@Suite struct ReferenceCellTests {
  @Test func everyCellHasAReference() {
    for cell in CellRegistry.cells {
      #expect(
        cell is any ReferenceCell.Type,
        "the cell '\(cell.keyword)' has no reference; write Reference/Cells/Reference\(cell).swift")
    }
  }

  @Test func aCellWithoutAReferenceIsRefused() {
    struct Stranger: Cell {
      static let keyword = "stranger"
      init(_ options: CellOptions) {}
      let gates = ["s"]
      let states = ["h"]
      func equations(_ step: inout CellStep) { step.update("h", step.input("s")) }
    }
    let layer = RecurrentLayer(cell: Stranger(CellOptions()), hidden: 1, sublayers: [])
    let graph = ModelGraph.singleLayer(.recurrent(layer), inputWidth: 1, width: 1)
    let error = #expect(throws: ReferenceError.self) { try ReferenceModel(graph) }
    #expect(error?.description.contains("'stranger' has no reference") == true)
  }

  /// A GRU of one unit, every matrix [w], on one input of 1 from h = 0.5, by hand.
  @Test func gruConventions() throws {
    // r = z = sigmoid(0.5 + 0.5 * 0.5) = sigmoid(0.75)
    let s = 0.679178699175393
    let after = tanhValues.after  // tanh(0.5 + s (0.25 + 0.125))
    let before = tanhValues.before  // tanh(0.5 + 0.5 s 0.5 + 0.125)
    for (reset, update, n, old) in [
      ("after", "old", after, s), ("after", "new", after, 1 - s), ("before", "old", before, s),
      ("before", "new", before, 1 - s),
    ] {
      let cell = CellChoices.make("gru", words: ["reset": reset, "update": update])
      let half = Dictionary(
        uniqueKeysWithValues: cell.gates.map { ($0, StructuredMatrix.dense([0.5], rows: 1)) })
      let sublayer = RecurrentLayer.Sublayer(
        inputWidth: 1, inputStructure: .dense(Dense()), recurrentStructure: .dense(Dense()),
        input: half, recurrent: half, recurrentBias: ["r": [0], "z": [0], "n": [0.125]],
        initial: ["h": [0.5]])
      let layer = RecurrentLayer(cell: cell, hidden: 1, sublayers: [sublayer])
      var model = try ReferenceModel(.singleLayer(.recurrent(layer), inputWidth: 1, width: 1))
      let y = try model.step([[1]])[0]
      expectClose(y, [old * 0.5 + (1 - old) * n], absolute: 1e-14, "\(reset) \(update)")
    }
  }

  private let tanhValues = (after: 0.6379398027050996, before: 0.6611166391726643)

  @Test func clipLimitsThePreactivation() throws {
    var options = CellChoices.defaults(ElmanRNN.self)
    options.activations["activation"] = .linear
    options.numbers["clip"] = 2
    let cell = ElmanRNN(options)
    var graph = ModelGraph.elman(.linear, inputMatrix: [1], recurrentMatrix: [1])
    let layer = try #require(graph.layers[0].recurrent)
    graph.layers[0].kind = .recurrent(
      RecurrentLayer(cell: cell, hidden: 1, sublayers: layer.sublayers))
    var model = try ReferenceModel(graph)
    #expect(try model.run(["x": [1.5, 1, -9]], steps: 3)["y"] == [1.5, 2, -2])
  }

  @Test func aStackIsAChain() throws {
    let first = ModelGraph.elman(.tanh, inputMatrix: [0.5, -1, 2], recurrentMatrix: [0.75])
    let second = ModelGraph.elman(
      .tanh, inputMatrix: [1.5], recurrentMatrix: [-0.5], initial: [0.25])
    let a = try #require(first.layers[0].recurrent)
    let b = try #require(second.layers[0].recurrent)
    let stack = RecurrentLayer(cell: a.cell, hidden: 1, sublayers: a.sublayers + b.sublayers)
    var stacked = try ReferenceModel(.singleLayer(.recurrent(stack), inputWidth: 3, width: 1))
    var chain = try (ReferenceModel(first), ReferenceModel(second))
    let x = (0..<30).map { Double($0 % 7) / 3 - 1 }
    let middle = try chain.0.run(["x": x], steps: 10)["y"]!
    let want = try chain.1.run(["x": middle], steps: 10)["y"]!
    #expect(try stacked.run(["x": x], steps: 10)["y"] == want)
    #expect(stacked.states.map(\.name) == ["layer.h_l0", "layer.h_l1"])
    #expect(stacked.states[1].value == [want[9]])
  }
}
