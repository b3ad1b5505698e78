import DataFiles
import Foundation
import Model
import TestSupport
import Testing

/// The trained networks of `shared/data/jsb` and the chorales that they were tested on.
enum Chorales {
  static let keys = 88

  /// One network as one file holds it, read with one structure.
  struct Network: Sendable, CustomTestStringConvertible {
    var record: String
    var weights: String
    var recurrent: String
    var testDescription: String { "\(weights), \(recurrent)" }
  }

  static let networks = [
    Network(record: "lstm_dense", weights: "lstm_dense", recurrent: "dense"),
    Network(record: "lstm_block8", weights: "lstm_block8", recurrent: "dense"),
    Network(
      record: "lstm_block8", weights: "lstm_block8",
      recurrent: "{structure: block_diagonal, blocks: 8}"),
    Network(
      record: "lstm_block8", weights: "lstm_block8_packed",
      recurrent: "{structure: grouped, groups: 8}"),
  ]

  static func load(_ network: Network) throws -> ModelGraph {
    let folder = try TemporaryFolder()
    let weights = SharedData.path("data/jsb/\(network.weights).safetensors")
    let path = try folder.write(
      """
      format: 1
      name: chorales
      weights: \(weights)
      layout: pytorch
      inputs: {x: {type: f32, shape: [88]}}
      layers:
        - lstm: rnn
          hidden: 256
          recurrent: \(network.recurrent)
        - linear: out
          out: 88
      outputs: {logits: {from: out}}

      """, to: "chorales.yaml")
    return try ModelLoader.load(path: path, options: LoadOptions(isStrict: true)).graph
  }

  /// What the makers recorded.
  struct Record: Decodable {
    var likelihood: Double
    var likelihoods: [Double]
    var frames: [Int]

    enum CodingKeys: String, CodingKey {
      case likelihood = "test_nll"
      case likelihoods = "per_sequence_nll"
      case frames = "per_sequence_frames"
    }
  }

  static func record(_ network: Network) throws -> Record {
    let url = URL(fileURLWithPath: SharedData.path("data/jsb/\(network.record).json"))
    return try JSONDecoder().decode(Record.self, from: Data(contentsOf: url))
  }

  /// The test sequences, flat rows of 88 zeros and ones.
  static func testSequences() throws -> [[Float]] {
    let file = try NpzFile(
      path: SharedData.path("data/datasets/poly_music/JSB_Chorales.npz"))
    let frames = try file.tensor(named: "test").floats
    var start = 0
    return try file.tensor(named: "test_lengths").integers!.map { length in
      defer { start += Int(length) * keys }
      return Array(frames[start..<start + Int(length) * keys])
    }
  }

  /// Nats of the frames 1 ..., each predicted by the logits of the step before.
  static func negativeLogLikelihood(of sequence: [Float], logits: [Double]) -> Double {
    zip(sequence.dropFirst(keys), logits).reduce(0) { sum, pair in
      let (x, z) = (Double(pair.0), pair.1)
      return sum + max(z, 0) - z * x + log1p(exp(-abs(z)))
    }
  }

  /// The recorded logits of the first test sequence.
  static func firstLogits(_ network: Network) throws -> (x: [Float], logits: [Double]) {
    let file = try NpzFile(path: SharedData.path("data/jsb/\(network.record)_logits_test0.npz"))
    return try (
      file.tensor(named: "x").floats, file.tensor(named: "logits").floats.map(Double.init)
    )
  }
}
