import DataFiles
import Diagnostics
import Foundation
import Model
import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// Imported descriptions, evaluated by the reference, give the recorded numbers of the files that
/// they came from: every sequence of a batch on its own, states included.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct ImportRecordingTests {
  static let imported = [
    "exports/blockdiag_cell_einsum", "exports/blockdiag_lstms", "exports/blockdiag_masked_dense",
    "exports/grouped_gru",
    "exports/gru_enhance", "exports/indrnn_cell", "exports/lstm_layernorm", "exports/lstm_lm",
    "onnx-rnn-extra/gru_block4_lbr1", "onnx-rnn-extra/gru_layout1",
    "onnx-rnn-extra/gru_lbr0_h33", "onnx-rnn-extra/gru_lbr1_h96",
    "onnx-rnn-extra/lstm_block8_h128", "onnx-rnn-extra/lstm_clip_inputforget",
    "onnx-rnn-extra/lstm_h128_t50",
    "onnx-rnn-extra/lstm_odd_h17_b3", "onnx-rnn-extra/lstm_saturate",
    "onnx-rnn-extra/lstm_t1_b1", "onnx-rnn-extra/rnn_relu",
  ]

  @Test(arguments: imported) func givesTheRecordedNumbers(name: String) throws {
    let folder = SharedData.path("data/\(name)")
    let recording = try RecordedCase(folder: folder)
    for file in recording.modelFiles {
      let model = try importedModel("\(folder)/\(file)")
      for arrays in recording.arrays { try check(model, arrays, recording, "\(name)/\(file)") }
    }
  }

  @Test func denseMatricesShowTheirStructure() throws {
    func structures(_ path: String) throws -> [String] {
      try importedModel(SharedData.path("data/\(path)")).layers.map(\.structure).filter { $0 != "" }
    }
    let blocks = "recurrent {structure: block_diagonal, blocks: "
    #expect(try structures("exports/blockdiag_masked_dense/model_dynamo.onnx") == [blocks + "8}"])
    // Four cells beside each other are one in four blocks, on one input or on its parts.
    for file in ["model_ts", "model_dynamo"] {
      #expect(try structures("exports/blockdiag_lstms/\(file).onnx") == [blocks + "4}"])
      let both = "input {structure: block_diagonal, blocks: 4}, " + blocks + "4}"
      #expect(try structures("exports/grouped_gru/\(file).onnx") == [both, both])
    }
    for file in ["model_ts", "model_dynamo"] {
      let path = "exports/blockdiag_cell_einsum/\(file).onnx"
      #expect(try structures(path) == ["weight {structure: block_diagonal, blocks: 6}"])
    }
    #expect(try structures("onnx-rnn-extra/lstm_block8_h128/model.onnx") == [blocks + "8}"])
    #expect(try structures("onnx-rnn-extra/gru_block4_lbr1/model.onnx") == [blocks + "4}"])
    #expect(
      try structures("exports/indrnn_cell/model_ts.onnx") == ["weight {structure: diagonal}"])
  }

  private func importedModel(_ path: String) throws -> ImportedModel {
    try OnnxImporter.read(try OnnxReader.read(path: path), name: "model")
  }

  private func check(
    _ model: ImportedModel, _ arrays: [String: Tensor], _ recording: RecordedCase, _ what: String
  ) throws {
    let loaded = try load(model)
    #expect(loaded.warnings.isEmpty)
    var reference = try ReferenceModel(loaded.graph)
    for sequence in 0..<batch(of: model, arrays) {
      reference.reset()
      var inputs: [String: [Double]] = [:]
      var steps = 1
      for port in model.inputs {
        let rows = StepRows(port.axes, try #require(arrays[port.graphName]), sequence)
        inputs[port.name] = rows.values
        steps = max(steps, rows.steps)
      }
      for port in model.stateInputs {
        let array = try #require(arrays[port.graphName])
        for part in port.parts {
          var whole = try #require(reference.states.first { $0.name == part.state }?.value)
          let range = part.offset..<part.offset + part.count
          whole.replaceSubrange(range, with: state(part, array, sequence))
          try reference.setState(part.state, to: whole)
        }
      }
      let outputs = try reference.run(inputs, steps: steps)
      for port in model.outputs {
        var got = try #require(outputs[port.name])
        let want = StepRows(port.axes, try #require(arrays[port.graphName]), sequence).values
        if port.isFinal { got = Array(got.suffix(want.count)) }
        expectClose(
          got, want, absolute: recording.atol, relative: recording.rtol,
          "\(what) \(port.graphName)[\(sequence)]")
      }
      for port in model.stateOutputs {
        let array = try #require(arrays[port.graphName])
        for part in port.parts {
          let whole = try #require(reference.states.first { $0.name == part.state }?.value)
          expectClose(
            Array(whole[part.offset..<part.offset + part.count]), state(part, array, sequence),
            absolute: recording.atol,
            relative: recording.rtol, "\(what) \(part.state)[\(sequence)]")
        }
      }
    }
  }

  private func batch(of model: ImportedModel, _ arrays: [String: Tensor]) -> Int {
    let sizes = model.inputs.compactMap { port in
      port.axes.firstIndex(of: .batch).flatMap { arrays[port.graphName]?.shape[$0] }
    }
    return sizes.first ?? 1
  }

  /// One state of one sequence: what the place leaves is [.., batch, .., hidden].
  private func state(
    _ part: ImportedModel.StatePart, _ array: Tensor, _ sequence: Int
  ) -> [Double] {
    let own = part.place.indices.filter { part.place[$0] == nil }
    let wide = own.filter { array.shape[$0] != 1 }
    var place = part.place.map { $0 ?? 0 }
    let hidden = wide.last ?? own.last!
    for axis in wide where axis != hidden { place[axis] = sequence }
    return (0..<array.shape[hidden]).map { i in
      place[hidden] = i
      return Double(array.floats[offset(place, in: array.shape)])
    }
  }
}

/// The description as it would be read from the files.
func load(_ model: ImportedModel) throws(InputError) -> LoadedModel {
  let tensors = Dictionary(uniqueKeysWithValues: model.tensors)
  return try ModelLoader.load(text: Array(model.description.utf8), name: model.descriptionFile) {
    _ throws(InputError) in TensorDictionary(name: model.weightsFile, tensors)
  }
}

func offset(_ place: [Int], in shape: [Int]) -> Int {
  zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
}

/// One sequence of a graph's array as flat rows [steps, width].
private struct StepRows {
  let steps: Int
  let values: [Double]

  init(_ axes: [StepAxis], _ array: Tensor, _ sequence: Int) {
    let time = axes.firstIndex(of: .time)
    let feature = axes.firstIndex(of: .feature(0))
    let batch = axes.firstIndex(of: .batch)
    let numbers = array.floats
    steps = time.map { array.shape[$0] } ?? 1
    var place = axes.map { _ in 0 }
    if let batch { place[batch] = sequence }
    var values: [Double] = []
    for t in 0..<steps {
      if let time { place[time] = t }
      for i in 0..<(feature.map { array.shape[$0] } ?? 1) {
        if let feature { place[feature] = i }
        values.append(Double(numbers[offset(place, in: array.shape)]))
      }
    }
    self.values = values
  }
}

/// `case.json` and the arrays it names.
struct RecordedCase {
  let atol, rtol: Double
  let modelFiles: [String]
  /// One dictionary by graph names for every recording.
  let arrays: [[String: Tensor]]

  private struct Case: Decodable {
    struct Array: Decodable { let name: String }
    struct Recording: Decodable {
      let file: String
      let inputs, outputs: [Array]
    }
    let atol, rtol: Double
    let io: [Recording]
  }

  init(folder: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/case.json"))
    let description = try JSONDecoder().decode(Case.self, from: data)
    (atol, rtol) = (description.atol, description.rtol)
    modelFiles = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".onnx") }.sorted()
    arrays = try description.io.map { recording in
      let file = try NpzFile(FileBytes(path: "\(folder)/\(recording.file)"))
      var arrays: [String: Tensor] = [:]
      for (k, input) in recording.inputs.enumerated() {
        arrays[input.name] = try file.tensor(named: "in\(k)")
      }
      for (k, output) in recording.outputs.enumerated() {
        arrays[output.name] = try file.tensor(named: "out\(k)")
      }
      return arrays
    }
  }
}
