import Diagnostics
import Foundation
import IR
import Model
import Tensors
import TestSupport
import Testing

/// Descriptions that must be accepted.
@Suite struct GoodDescriptionTests {
  static let names = ["yaml", "json"].flatMap { goldenNames(withExtension: $0) }
    .filter { $0.hasPrefix("good/") }

  @Test(arguments: names) func isRead(name: String) throws {
    let bytes = try [UInt8](Data(contentsOf: goldenFile(name)))
    let root = try SyntaxReader.read(bytes, name: name)
    let description = try DescriptionReader.read(root, defaultName: "stem")
    let (graph, diagnostics) = GraphChecker.check(description)
    #expect(graph != nil)
    #expect(DiagnosticRenderer().render(diagnostics) == "")
  }

  private func graph(_ name: String) throws -> ModelGraph {
    try load([UInt8](Data(contentsOf: goldenFile("good/\(name)")))).graph
  }

  @Test func jsonWithTabsIsAModel() throws {
    let graph = try graph("tabs.json")
    #expect(graph.name == "json")
    #expect(graph.layers.map(\.name) == ["rnn", "out"])
    guard case .recurrent(let rnn) = graph.layers[0].kind else {
      Issue.record("not recurrent")
      return
    }
    #expect(rnn.sublayers.count == 2)
    #expect(rnn.sublayers[1].recurrent["z"]?.stored.count == 16)
    #expect(rnn.sublayers[0].input["z"]?.stored.count == 256)
  }

  /// What Python's json.dumps writes beyond U+FFFF, as a value, a key and in labels.
  @Test func jsonMayWriteCharactersAsTwoHalves() throws {
    let text = #"""
      {"format":1,"inputs":{"x":{"shape":[2]}},"layers":[
      {"linear":"l","out":2,"tensors":{"weight":"\ud83d\ude00.w","bias":"a\uD834\udd1e\ud83d\ude01"}}],
      "weights":"w","outputs":{"y":{"from":"l","labels":["\ud83d\ude00","\\ud83d\\ude00"]}}}
      """#
    let weights = TensorDictionary([
      "😀.w": Tensor([1, 2, 3, 4], shape: [2, 2]), "a𝄞😁": Tensor([5, 6]),
    ])
    let graph = try load(text, weights).graph
    #expect(graph.outputs[0].labels == ["😀", #"\ud83d\ude00"#])
  }

  @Test func halvesMoveNoColumn() throws {
    let text =
      #"{"a": ["\ud83d\ude00", '\ud83d\ude00', "\ud83d\ude00\ud83d\ude01"  , b], "\ud83d\ude00":c}"#
    let root = try SyntaxReader.read(Array(text.utf8), name: "a.json")
    let entries = try #require(root.entries)
    let items = try #require(entries[0].value.items)
    #expect(items.map(\.text) == ["😀", #"\ud83d\ude00"#, "😀😁", "b"])
    #expect(items.map(\.span.column) == [8, 24, 40, 70])
    #expect(entries[1].key == "😀")
    #expect(entries[1].keySpan.column == 74)
    #expect(entries[1].value.span.column == 89)
  }

  @Test func everyLayerArrivesInAnOrderThatRuns() throws {
    let graph = try graph("every_layer.yaml")
    for (index, layer) in graph.layers.enumerated() {
      for case .layer(let source) in layer.sources { #expect(source < index) }
    }
    let names = graph.layers.map(\.name)
    #expect(names.prefix(4) == ["window", "tail", "looked_up", "everything"])
    #expect(graph.rate == 48000.5)
    #expect(graph.outputs.map(\.name) == ["logs", "out", "both"])
    #expect(graph.outputs[2].labels == ["yes", "1"])
    #expect(graph.inputs.map(\.width) == [12, 1, 1])
    // A layer that names two values reads them one behind the other.
    let joined = try #require(graph.layers.first { $0.name == "out.from" })
    #expect(joined.width == 13)
    guard case .concat = joined.kind else {
      Issue.record("'out.from' is not a concat")
      return
    }
  }

  @Test func optionsReachTheirCells() throws {
    let graph = try graph("every_layer.yaml")
    let cells = graph.layers.compactMap { layer -> (any Cell)? in
      if case .recurrent(let recurrent) = layer.kind { recurrent.cell } else { nil }
    }
    let rnn = try #require(cells[0] as? ElmanRNN)
    #expect(rnn.activation == .plain(Activation(.relu)))
    #expect(rnn.clip == 5)
    let lstm = try #require(cells[1] as? LSTM)
    #expect(lstm.gateActivation == .plain(Activation(.hardSigmoid02)))
    #expect(lstm.clip == nil)
    #expect(lstm.activation == .scaledTanh(alpha: 1.5, beta: 1))
    #expect(lstm.outputActivation == .plain(Activation(.elu, parameter: 0.5)))
    #expect(lstm.hasPeepholes && lstm.isCoupled && lstm.gates == ["i", "g", "o"])
    let gru = try #require(cells[2] as? GRU)
    #expect(gru.reset == .before)
    #expect(gru.update == .new)
  }

  @Test func layersHaveTheirParameters() throws {
    let graph = try graph("every_layer.yaml")
    func kind(_ name: String) -> LayerKind? { graph.layers.first { $0.name == name }?.kind }
    guard case .linear(let weight, nil, let activation)? = kind("mixed"),
      case .activation(let leaky)? = kind("a1"), case .activation(let log)? = kind("a2"),
      case .permute(let order, 3)? = kind("s"),
      case .batchNorm(_, _, _, _, let epsilon)? = kind("bn")
    else {
      Issue.record("a layer is not of its kind")
      return
    }
    #expect(weight.structure == .blockDiagonal(BlockDiagonal(blocks: 4)))
    #expect((weight.rows, weight.columns) == (12, 24))
    #expect(activation == Activation(.clippedRelu, parameter: 20))
    #expect(leaky == Activation(.leakyRelu, parameter: -0.5))
    #expect(log == Activation(.log, parameter: 1e-6))
    // y[j g + i] = x[i n/g + j]
    #expect(order == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(epsilon == 0.001)
  }

  @Test func nameDefaultsToTheFile() throws {
    let text =
      "format: 1\ninputs: {x: {shape: [2]}}\nlayers: [{softmax: s}]\noutputs: {y: {from: s}}"
    #expect(try load(Array(text.utf8), name: "/some/where/kws.small.yaml").graph.name == "kws")
  }

  @Test func unusedLayersAndInputsAreToldApart() throws {
    let text = """
      format: 1
      inputs: {x: {shape: [2]}, z: {shape: [3]}}
      layers:
      - softmax: s
        from: x
      - softmax: t
        from: x
      outputs: {y: {from: s}}
      """
    let model = try load(Array(text.utf8))
    #expect(
      model.warnings.map(\.message) == [
        "no output depends on the input 'z'", "no output depends on the layer 't'",
      ])
    #expect(model.warnings.allSatisfy { $0.severity == .warning })
  }
}
