import Diagnostics
import IR
import Model
import Testing

/// `--set dims.NAME=VALUE`, and the structure parameters that sweeps change.
@Suite struct OverrideTests {
  private let text = Array(
    """
    format: 1
    weights: {init: uniform, seed: 2}
    dims: {n: 12}
    inputs: {x: {shape: [6]}}
    layers:
    - gru: rnn
      hidden: n
      recurrent: {structure: block_diagonal, blocks: 3}
    - linear: out
      out: 4
    outputs: {y: {from: out}}
    """.utf8)

  private func load(_ overrides: [Override]) throws(InputError) -> ModelGraph {
    try ModelLoader.load(
      text: text, name: "m.yaml", options: LoadOptions(overrides: overrides)
    ) { file throws(InputError) in
      throw InputError(.missing, .error(file.span, "none"))
    }.graph
  }

  private func problem(_ overrides: [Override]) throws -> Diagnostic {
    let error = try #require(throws: InputError.self) { _ = try load(overrides) }
    return error.diagnostics[0]
  }

  @Test func dimensionsAreReplaced() throws {
    let graph = try load([Override.dim("dims.n=24")])
    #expect(graph.layers.map(\.width) == [24, 4])
  }

  @Test(arguments: [
    "n=1", "dims.n", "dims.n=", "dims.n=0", "dims.n=x", "dims.=1", "dims.n.m=1",
    "=", "", "dims.n=99999999999999999999", "layers.n=2",
  ])
  func otherWordsAreRefused(word: String) {
    #expect(throws: InputError.self) { _ = try Override.dim(word) }
  }

  @Test func unknownNamesAreNamed() throws {
    let found = try problem([Override.dim("dims.m=2")])
    #expect(found.message == "--set: 'dims' has no 'm'")
    #expect(found.help == ["did you mean 'n'?"])
  }

  @Test func aRequestThatDoesNotFitIsNoFaultOfTheText() throws {
    let error = try #require(throws: InputError.self) { _ = try load([Override.dim("dims.m=2")]) }
    #expect(error.kind == .request)
  }

  @Test func withoutDimensionsThereIsNothingToReplace() throws {
    let text =
      "format: 1\ninputs: {x: {shape: [6]}}\nlayers: [{softmax: s}]\noutputs: {y: {from: s}}"
    let options = LoadOptions(overrides: [try Override.dim("dims.m=2")])
    let error = try #require(throws: InputError.self) {
      _ = try ModelTests.load(text, TensorDictionary([:]), options: options)
    }
    #expect(error.kind == .request)
    #expect(
      error.diagnostics.map(\.message) == ["--set dims.m: the description has no 'dims'"])
  }

  @Test func aReplacedDimensionIsCheckedLikeAnyOther() throws {
    let found = try problem([Override.dim("dims.n=13")])
    #expect(found.message.contains("'block_diagonal' with 3 blocks does not divide 13 rows"))
  }

  @Test func structureParametersAreReplaced() throws {
    func structure(_ side: String, _ value: Int) throws -> MatrixStructure? {
      let target = Override.Target.structure(layer: "rnn", side: side, key: "blocks")
      let graph = try load([Override(target, value: value)])
      guard case .recurrent(let layer) = graph.layers[0].kind else { return nil }
      let sublayer = layer.sublayers[0]
      return side == "input" ? sublayer.inputStructure : sublayer.recurrentStructure
    }
    #expect(try structure("recurrent", 6) == .blockDiagonal(BlockDiagonal(blocks: 6)))
    // A dense matrix gives way to the structure that has the parameter.
    #expect(try structure("input", 2) == .blockDiagonal(BlockDiagonal(blocks: 2)))
  }

  @Test(arguments: [
    ("rmn", "recurrent", "blocks"), ("rnn", "recurent", "blocks"),
    ("rnn", "recurrent", "block"),
  ])
  func unknownPlacesAreNamed(place: (String, String, String)) throws {
    let target = Override.Target.structure(layer: place.0, side: place.1, key: place.2)
    #expect(try problem([Override(target, value: 2)]).help.count == 1)
  }
}
