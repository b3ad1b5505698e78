import Diagnostics
import Foundation
import IR
import Model
import TestSupport
import Testing

/// Real descriptions with real weights.
@Suite struct ModelFilesTests {
  @Test(.enabled(if: SharedData.folder != nil, "needs ../shared"))
  func blockDiagonalChoralesFromDenseAndPackedFiles() throws {
    let jsb = SharedData.folder!.appendingPathComponent("data/jsb").path
    let dense = try load(chorales(blocks: 8), weights: "\(jsb)/lstm_block8.safetensors")
    let packed = try load(chorales(blocks: 8), weights: "\(jsb)/lstm_block8_packed.safetensors")
    guard case .recurrent(let a) = dense.graph.layers[0].kind,
      case .recurrent(let b) = packed.graph.layers[0].kind
    else {
      Issue.record("the first layer is not recurrent")
      return
    }
    #expect(a.sublayers[0].recurrent == b.sublayers[0].recurrent)
    #expect(a.sublayers[0].input == b.sublayers[0].input)
    #expect(a.sublayers[0].recurrentBias == b.sublayers[0].recurrentBias)
    #expect(a.sublayers[0].recurrent["i"]?.stored.count == 8 * 32 * 32)
    #expect(dense.warnings.isEmpty)
    #expect(packed.warnings.isEmpty)
  }

  @Test(.enabled(if: SharedData.folder != nil, "needs ../shared"))
  func aStructureThatDoesNotHoldNamesTheOneThatDoes() throws {
    let jsb = SharedData.folder!.appendingPathComponent("data/jsb").path
    let error = try #require(throws: InputError.self) {
      try load(chorales(blocks: 16), weights: "\(jsb)/lstm_block8.safetensors")
    }
    let diagnostic = try #require(error.diagnostics.first)
    #expect(diagnostic.message == "rnn: 'rnn.weight_hh_l0' is not block diagonal with 16 blocks")
    #expect(diagnostic.notes.last == "it is block diagonal with 8 blocks")
    #expect(diagnostic.help.first?.hasPrefix("write 'blocks: 8', or pass --tol ") == true)
  }

  private func load(_ text: String, weights: String) throws -> LoadedModel {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      text.replacingOccurrences(of: "WEIGHTS", with: weights), to: "model.yaml")
    return try ModelLoader.load(path: path)
  }

  private func chorales(blocks: Int) -> String {
    """
    format: 1
    name: chorales
    weights: WEIGHTS
    dims: {keys: 88, hidden: 256}
    inputs:
      notes: {type: f32, shape: [keys]}
    layers:
      - lstm: rnn
        hidden: hidden
        recurrent: {structure: block_diagonal, blocks: \(blocks)}
      - linear: out
        out: keys
    outputs:
      logits: {from: out}
    """
  }
}
