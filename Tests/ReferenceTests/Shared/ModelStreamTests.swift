import DataFiles
import Foundation
import Onnx
import Reference
import Tensors
import TestSupport
import Testing

/// Public pretrained models on their recorded frames, states carried from frame to frame.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct ModelStreamTests {
  struct Stream: Sendable, CustomTestStringConvertible {
    let folder: String
    let model: String
    let recording: String
    let input: String
    let output: String
    let feedback: [[String]]
    let constants: [String: Int]
    let tolerance: Recorded.Tolerance
    var testDescription: String { "\(model) \(recording)" }
  }

  static let streams: [Stream] = ["gtcrn", "silero_vad", "dtln"].flatMap { name in
    (try? read(SharedData.path("data/models/\(name)"))) ?? []
  }

  static func read(_ folder: String) throws -> [Stream] {
    let file = try json("\(folder)/case.json", as: [String: Any].self)
    let models = try #require(file["models"] as? [String])
    return try #require(file["streams"] as? [[String: Any]]).map { stream in
      Stream(
        folder: folder, model: stream["model"] as? String ?? models[0],
        recording: try #require(stream["file"] as? String),
        input: try #require(stream["input"] as? String),
        output: try #require(stream["output"] as? String),
        feedback: try #require(stream["state_feedback"] as? [[String]]),
        constants: stream["constant_inputs"] as? [String: Int] ?? [:],
        tolerance: .init(
          relative: try #require(file["rtol"] as? Double),
          absolute: try #require(file["atol"] as? Double)))
    }
  }

  @Test func thereAreStreams() { #expect(Self.streams.count >= 7) }

  /// All frames would take minutes without optimisation; the recorded middle state is met there
  /// and the last one in release builds.
  static let isOptimized: Bool = {
    var optimized = true
    assert(
      {
        optimized = false
        return true
      }())
    return optimized
  }()

  @Test(arguments: streams)
  func theFramesMatch(stream: Stream) throws {
    let npz = try NpzFile(path: "\(stream.folder)/\(stream.recording)")
    let model = try OnnxReader.read(path: "\(stream.folder)/\(stream.model)")
    let reference = try OnnxReference(model)
    let (x, y) = (try npz.tensor(named: "x"), try npz.tensor(named: "y"))
    var values = stream.constants.mapValues { NodeValue.tensor(NDArray(.scalar(Int64($0)))) }
    for pair in stream.feedback {
      values[pair[1]] = .tensor(NDArray(OnnxTensor(try npz.tensor(named: "init.\(pair[1])"))))
    }
    let steps = x.shape[0]
    let last = Self.isOptimized ? steps : min(steps, 3)
    for step in 0..<last {
      values[stream.input] = .tensor(x.row(step))
      let outputs = try reference.run(values)
      Recorded.expect(
        outputs[stream.output], .tensor(y.row(step)), stream.tolerance, "frame \(step)")
      for pair in stream.feedback { values[pair[1]] = outputs[pair[0]] }
      let name = step + 1 == steps / 2 ? "mid" : step + 1 == steps ? "final" : nil
      guard let name else { continue }
      for pair in stream.feedback {
        let want = NDArray(OnnxTensor(try npz.tensor(named: "\(name).\(pair[1])")))
        Recorded.expect(values[pair[1]], .tensor(want), stream.tolerance, "\(name) \(pair[1])")
      }
    }
  }
}

extension Tensor {
  /// Index `i` of the first axis.
  fileprivate func row(_ i: Int) -> NDArray {
    let size = shape[1...].reduce(1, *)
    return NDArray(
      shape: Array(shape[1...]), type: .f32,
      reals: floats[i * size..<(i + 1) * size].map(Double.init))
  }
}
