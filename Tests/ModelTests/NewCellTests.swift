import Diagnostics
import IR
import Model
import Tensors
import Testing

/// What somebody's new cell gets without a line outside of its own file: its tensors in every
/// layout, its gate orders, its vectors.
@Suite struct NewCellTests {
  /// Two gates and one trained vector.
  struct Leaky: Cell {
    static let keyword = "leaky"
    static let options = [CellOption("kind", .word(["soft", "hard"], initial: "soft"))]
    init(_ options: CellOptions) {}

    let gates = ["a", "b"]
    let states = ["h"]
    let vectors = ["leak"]

    func gateOrder(in layout: Layout) -> [String] { layout == .onnx ? ["b", "a"] : gates }

    func equations(_ step: inout CellStep) {
      let kept = step.multiply(step.vector("leak"), step.state("h"))
      let gate = step.sigmoid(step.add(step.input("a"), step.recurrent("a")))
      let fed = step.tanh(step.add(step.input("b"), step.recurrent("b")))
      step.update("h", step.add(kept, step.multiply(gate, fed)))
    }
  }

  private func layer(_ name: Name, sublayers: Int) -> CheckedLayer {
    let form = RecurrentForm(
      cell: Leaky(CellOptions()), hidden: 2, sublayers: sublayers, input: .dense,
      recurrent: StructureUse(.diagonal(Diagonal())), learnsInitial: true)
    return CheckedLayer(
      name: name, form: .recurrent(form), sources: [.input(0)], inputWidth: 3, width: 2)
  }

  private let name = Name(
    "l", span: SourceSpan(file: SourceFile(name: "m", text: ""), line: 1, column: 1))

  private func sublayer(
    _ layout: Layout, _ tensors: [String: Tensor]
  ) -> (RecurrentLayer.Sublayer?, [String]) {
    var weights = FileWeights(TensorDictionary(tensors), layout: layout)
    let layer = layer(name, sublayers: 1)
    guard case .recurrent(let form) = layer.form else { return (nil, []) }
    let sublayer = weights.sublayer(0, of: layer, form)
    return (sublayer, weights.diagnostics.all.map(\.message))
  }

  @Test(arguments: [Layout.pytorch, .onnx, .keras])
  func tensorsHaveTheirNames(layout: Layout) throws {
    let shared = ["l.leak_l0": Tensor([0.5, 0.25]), "l.h0_l0": Tensor([1, 2])]
    let a: [Float] = [1, 0, 0, 2]
    let b: [Float] = [3, 0, 0, 4]
    let zeros = Tensor([Float](repeating: 0, count: 12), shape: [4, 3])
    let own: [String: Tensor] =
      switch layout {
      case .onnx:
        [
          "l.W": Tensor(zeros.floats, shape: [1, 4, 3]),
          "l.R": Tensor(b + a, shape: [1, 4, 2]),
        ]
      case .keras:
        [
          "l.kernel": Tensor(zeros.floats, shape: [3, 4]),
          "l.recurrent_kernel": Tensor(transposed(a + b, 4, 2), shape: [2, 4]),
        ]
      case .pytorch, .native:
        ["l.weight_ih": zeros, "l.weight_hh": Tensor(a + b, shape: [4, 2])]
      }
    let (found, messages) = sublayer(layout, shared.merging(own) { $1 })
    #expect(messages == [])
    #expect(found?.vectors == ["leak": [0.5, 0.25]])
    #expect(found?.initial == ["h": [1, 2]])
    #expect(found?.recurrent["a"]?.stored == [1, 2])
    #expect(found?.recurrent["b"]?.stored == [3, 4])
  }

  @Test func aMissingVectorIsNamed() {
    let (found, messages) = sublayer(
      .pytorch,
      [
        "l.weight_ih": Tensor([Float](repeating: 0, count: 12), shape: [4, 3]),
        "l.weight_hh": Tensor([Float](repeating: 0, count: 8), shape: [4, 2]),
        "l.h0_l0": Tensor([1, 2]),
      ])
    #expect(found == nil)
    #expect(messages == ["l: weights has no tensor 'l.leak_l0'"])
  }

  @Test func costsCountItsVectors() throws {
    var weights = UniformWeights(seed: 1)
    let graph = CheckedGraph(
      name: "m", inputs: [.init(name: "x", element: .f32, shape: [3])],
      layers: [layer(name, sublayers: 2)],
      outputs: [.init(name: "y", source: .layer(0), width: 2)])
    let costs = LayerCost.costs(of: try #require(GraphBinder.bind(graph, to: &weights)))
    #expect(costs.map(\.kind) == ["leaky", "leaky"])
    #expect(costs.map(\.macsPerStep) == [2 * 2 * 3 + 2 * 2 + 2, 2 * 2 * 2 + 2 * 2 + 2])
  }

  /// Keys of cells and structures must not collide with those that every layer has.
  @Test func keysAreDistinct() {
    let layers = LayerWord.all.map(\.keyword)
    #expect(Set(layers).count == layers.count, "two kinds of layers share a word: \(layers)")
    let structures = MatrixStructure.kinds.flatMap { [$0.keyword] + $0.synonyms }
    #expect(Set(structures).count == structures.count, "two structures share a word: \(structures)")
    for word in LayerWord.all {
      let keys = [word.keyword] + word.keys.map(\.key)
      #expect(Set(keys).count == keys.count, "\(word.keyword)")
    }
    for kind in MatrixStructure.kinds {
      let keys = kind.keys + ["structure", "blocks_from"]
      #expect(Set(keys).count == keys.count, "\(kind.keyword)")
    }
  }
}
