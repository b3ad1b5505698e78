import DataFiles
import Foundation
import Tensors
import TestSupport

/// Small models in a folder of their own.
struct Fixtures {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func path(_ name: String) -> String { folder.path(name) }

  /// 8 numbers to 3 labelled probabilities through a block-diagonal LSTM, 100 steps per second.
  @discardableResult
  func spotter(_ name: String = "spotter.yaml", seed: Int = 1) throws -> String {
    try folder.write(
      """
      format: 1
      name: spotter
      weights: {init: uniform, seed: \(seed)}
      dims: {mel: 8, hidden: 16}
      stream: {rate: 100}
      inputs:
        frame: {type: f32, shape: [mel]}
      layers:
        - lstm: rnn
          hidden: hidden
          recurrent: {structure: block_diagonal, blocks: 4}
        - linear: head
          out: 3
        - softmax: prob
      outputs:
        prob: {from: prob, labels: [zero, one, two]}
      """, to: name)
  }

  /// Samples to samples, 80 at a time, 8000 per second.
  @discardableResult
  func filter(_ name: String = "filter.yaml") throws -> String {
    try folder.write(
      """
      format: 1
      name: filter
      weights: {init: uniform, seed: 2}
      stream: {rate: 100}
      inputs:
        audio: {type: f32, shape: [80]}
      layers:
        - gru: rnn
          hidden: 10
        - linear: out
          out: 80
      outputs:
        audio_out: {from: out}
      """, to: name)
  }

  /// An index below 5 and two numbers to two outputs.
  @discardableResult
  func twoPorts(_ name: String = "ports.yaml") throws -> String {
    try folder.write(
      """
      format: 1
      name: two-ports
      weights: {init: uniform, seed: 3}
      inputs:
        word: {type: i32, shape: []}
        extra: {type: f32, shape: [2]}
      layers:
        - embedding: embed
          from: word
          size: [5, 4]
        - concat: both
          from: [embed, extra]
        - rnn: rnn
          hidden: 6
        - linear: left
          from: rnn
          out: 2
        - linear: right
          from: rnn
          out: 3
      outputs:
        left: {from: left}
        right: {from: right}
      """, to: name)
  }

  /// Characters: an index below 7 to 7 logits.
  @discardableResult
  func letters(_ name: String = "letters.yaml") throws -> String {
    try folder.write(
      """
      format: 1
      name: letters
      weights: {init: uniform, seed: 4}
      inputs:
        letter: {type: u8, shape: []}
      layers:
        - one_hot: hot
          size: 7
        - rnn: rnn
          hidden: 5
        - linear: out
          out: 7
      outputs:
        logits: {from: out}
      """, to: name)
  }

  /// Numbers in (-1, 1) that the seed names.
  static func numbers(_ shape: [Int], seed: UInt64 = 0) -> Tensor {
    var generator = SeededRandom(seed: seed)
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { _ in generator.uniform(1) }, shape: shape)
  }

  /// An npy file of such numbers.
  func writeNumbers(_ shape: [Int], seed: UInt64 = 0, to name: String) throws -> String {
    try Npy.write(Self.numbers(shape, seed: seed), to: path(name))
    return path(name)
  }

  /// Little-endian f32, as raw files hold them.
  static func rawBytes(_ values: [Float]) -> Data {
    Data(values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } })
  }

  static func floats(_ bytes: Data) -> [Float] {
    let bytes = Array(bytes)
    return stride(from: 0, to: bytes.count - 3, by: 4).map { i in
      let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[i + $1]) << (8 * UInt32($1)) }
      return Float(bitPattern: word)
    }
  }
}
