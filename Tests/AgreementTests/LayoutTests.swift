import IR
import Model
import Reference
import Tensors
import TestSupport
import Testing

/// Models written as files in every layout and read again: the same numbers to the last bit.
@Suite struct LayoutTests {
  @Test(arguments: CellRegistry.cells.map { $0.keyword })
  func everyCellAndStructureInEveryLayout(keyword: String) throws {
    for layout in Layout.allCases {
      for form in ModelWriter.Form.allCases {
        for seed in 0..<2 * RandomCase.structurePairs {
          let random = RandomCase.recurrent(keyword, seed: seed, steps: 3)
          try check(#require(random), layout, form)
        }
      }
    }
  }

  @Test func randomChains() throws {
    for seed in 0..<100 {
      let random = RandomCase.chain(seed: seed, layers: 1 + seed % 9, steps: 3)
      try check(
        random, Layout.allCases[seed % Layout.allCases.count],
        ModelWriter.Form.allCases[seed % ModelWriter.Form.allCases.count])
    }
  }

  private func check(_ random: RandomCase, _ layout: Layout, _ form: ModelWriter.Form) throws {
    let graph = random.graph.holdable(in: layout)
    let (text, tensors) = ModelWriter.write(
      graph, options: random.options, layout: layout, form: form)
    let loaded = try ModelLoader.load(text, tensors)
    var (read, written) = try (ReferenceModel(loaded), ReferenceModel(graph))
    let label: Comment = "\(random.label), \(layout), \(form)"
    let want = try written.run(random.doubles, steps: random.steps)
    #expect(try read.run(random.doubles, steps: random.steps) == want, label)
    #expect(read.states.map(\.name) == written.states.map(\.name), label)
    #expect(read.states.map(\.value) == written.states.map(\.value), label)
  }

  /// The golden rows again, from files in every layout.
  @Test(arguments: GoldenValuesTests.rows, Layout.allCases)
  func goldenRow(row: GoldenValuesTests.Row, layout: Layout) throws {
    let options = CellChoices.options(row.keyword, words: row.words, flags: row.flags)
    let cell = CellChoices.cell(row.keyword).init(options)
    let golden = GoldenValues.graph(cell, recurrent: row.structure).holdable(in: layout)
    let (text, tensors) = ModelWriter.write(golden, options: ["layer": options], layout: layout)
    var model = try ReferenceModel(ModelLoader.load(text, tensors))
    let y = try model.run(["x": GoldenValues.input], steps: GoldenValues.steps)["y"]!
    let h = Array(y.suffix(GoldenValues.hidden))
    expectClose(h, row.h, absolute: GoldenValuesTests.tolerance, "\(layout)")
  }

  /// The cases `lstm_defaults` and `lstm_with_peepholes` of ONNX: all weights 0.1, no bias, sequences
  /// of one step.
  @Test(arguments: [
    OnnxCase(width: 2, peepholes: false, outputs: [0.09524119, 0.25606443, 0.40323774]),
    OnnxCase(width: 4, peepholes: true, outputs: [0.3750691, 0.68013094]),
  ])
  func onnxCase(golden: OnnxCase) throws {
    let text = """
      format: 1
      name: lstm_defaults
      weights: w.npz
      layout: onnx
      inputs: {x: {type: f32, shape: [\(golden.width)]}}
      layers:
        - lstm: rnn
          hidden: 3
          peepholes: \(golden.peepholes)
      outputs: {y: {from: rnn}}
      """
    func filled(_ shape: [Int]) -> Tensor {
      Tensor([Float](repeating: 0.1, count: shape.reduce(1, *)), shape: shape)
    }
    var tensors = ["rnn.W": filled([1, 12, golden.width]), "rnn.R": filled([1, 12, 3])]
    if golden.peepholes { tensors["rnn.P"] = filled([1, 9]) }
    var model = try ReferenceModel(ModelLoader.load(text, tensors))
    for (i, want) in golden.outputs.enumerated() {
      model.reset()
      let x = (1...golden.width).map { Double(i * golden.width + $0) }
      expectClose(try model.step([x])[0], [want, want, want], absolute: 3e-8)
    }
  }

  struct OnnxCase: Sendable {
    let width: Int
    let peepholes: Bool
    /// Of every unit, sequence by sequence.
    let outputs: [Double]
  }
}
