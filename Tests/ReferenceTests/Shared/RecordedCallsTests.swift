import DataFiles
import Foundation
import Onnx
import Reference
import TestSupport
import Testing

/// Recorded calls of whole models: single recurrent nodes with many options, and networks that the
/// frameworks' exporters wrote.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RecordedCallsTests {
  /// A model file with the recordings that it can take.
  struct Case: Sendable, CustomTestStringConvertible {
    let folder: String
    let model: String
    let recordings: [String]
    var testDescription: String { "\(folder.split(separator: "/").last ?? "")/\(model)" }
  }

  static let nodes: [Case] = folders(in: "onnx-rnn-extra").map {
    Case(folder: $0, model: "model.onnx", recordings: ["io_0.npz"])
  }

  static let exports: [Case] = folders(in: "exports").flatMap { folder -> [Case] in
    let file = try? json("\(folder)/case.json", as: [String: Any].self)
    let models = file?["models"] as? [[String: Any]] ?? []
    return models.compactMap { model -> Case? in
      guard let name = model["file"] as? String, let io = model["io"] as? [String] else {
        return nil
      }
      return Case(folder: folder, model: name, recordings: io)
    }
  }

  /// Those whose states are inputs and outputs and that take sequences of any length.
  static let streaming: [Case] = exports.filter { one in
    guard let file = try? RecordedFile("\(one.folder)/case.json") else { return false }
    return one.model == "model_ts.onnx" && !file.feedback.isEmpty && !file.timeAxes.isEmpty
  }

  static func folders(in name: String) -> [String] {
    let all = SharedData.path("data/\(name)")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: all)) ?? []
    return names.sorted().map { "\(all)/\($0)" }
      .filter { FileManager.default.fileExists(atPath: "\($0)/case.json") }
  }

  @Test func thereAreCases() {
    #expect(Self.nodes.count >= 12)
    #expect(Self.streaming.count >= 4)
    #expect(Self.exports.filter { $0.model.hasSuffix(".onnx") }.count >= 22)
  }

  @Test(arguments: nodes + exports.filter { $0.model.hasSuffix(".onnx") })
  func theRecordingsMatch(one: Case) throws {
    let file = try RecordedFile("\(one.folder)/case.json")
    let reference = try OnnxReference(OnnxReader.read(path: "\(one.folder)/\(one.model)"))
    #expect(!one.recordings.isEmpty)
    for recording in one.recordings {
      let call = try file.call(recording)
      let outputs = try reference.run(call.inputs)
      for (name, want) in call.outputs {
        Recorded.expect(outputs[name], want, file.tolerance, "\(recording) \(name)")
      }
    }
  }

  /// A sequence in one call, and in two with the states fed back.
  @Test(arguments: streaming)
  func statesCarryOver(one: Case) throws {
    let file = try RecordedFile("\(one.folder)/case.json")
    let time = try #require(file.timeAxes.first)
    let reference = try OnnxReference(OnnxReader.read(path: "\(one.folder)/\(one.model)"))
    let inputs = try file.call(one.recordings[0]).inputs
    let whole = try reference.run(inputs)
    let x = try #require(inputs[time.input]?.tensor)
    let middle = x.shape[time.axis] / 2
    var first = inputs
    first[time.input] = .tensor(try x.part(time.axis, 0..<middle))
    let between = try reference.run(first)
    var second = inputs
    second[time.input] = .tensor(try x.part(time.axis, middle..<x.shape[time.axis]))
    for (output, input) in file.feedback { second[input] = between[output] }
    let after = try reference.run(second)
    for (output, _) in file.feedback {
      let want = try #require(whole[output])
      Recorded.expect(after[output], want, .init(relative: 0, absolute: 1e-12), output)
    }
  }
}

/// What a case.json says about recordings and their names.
struct RecordedFile {
  let tolerance: Recorded.Tolerance
  /// Outputs that are the next call's inputs.
  let feedback: [(output: String, input: String)]
  let timeAxes: [(input: String, axis: Int)]
  private let folder: String
  private let recordings: [[String: Any]]

  init(_ path: String) throws {
    let file = try json(path, as: [String: Any].self)
    folder = String(path.dropLast("/case.json".count))
    tolerance = .init(
      relative: try #require(file["rtol"] as? Double),
      absolute: try #require(file["atol"] as? Double))
    recordings = file["io"] as? [[String: Any]] ?? []
    let pairs = file["state_feedback"] as? [[String]] ?? []
    feedback = pairs.map { (output: $0[0], input: $0[1]) }
    let axes = file["dynamic_axes"] as? [String: [String: String]] ?? [:]
    let inputs = (recordings.first?["inputs"] as? [[String: Any]] ?? []).compactMap {
      $0["name"] as? String
    }
    timeAxes = inputs.compactMap { input in
      let axis = axes[input]?.first { $0.value == "time" }?.key
      return axis.flatMap { Int($0) }.map { (input: input, axis: $0) }
    }
  }

  /// The values of one recording by the model's names.
  func call(
    _ recording: String
  ) throws -> (inputs: [String: NodeValue], outputs: [String: NodeValue]) {
    let entry = try #require(recordings.first { $0["file"] as? String == recording })
    let npz = try NpzFile(path: "\(folder)/\(recording)")
    func values(_ key: String, _ prefix: String) throws -> [String: NodeValue] {
      var result: [String: NodeValue] = [:]
      for (index, one) in try #require(entry[key] as? [[String: Any]]).enumerated() {
        let tensor = try npz.tensor(named: "\(prefix)\(index)")
        result[try #require(one["name"] as? String)] = .tensor(NDArray(OnnxTensor(tensor)))
      }
      return result
    }
    return (try values("inputs", "in"), try values("outputs", "out"))
  }
}

extension NDArray {
  /// The elements whose index along `axis` is in `range`.
  func part(_ axis: Int, _ range: Range<Int>) throws -> NDArray {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let values = try #require(doubles)
    let starts = (0..<shape[..<axis].reduce(1, *)).map { $0 * shape[axis] * inner }
    let picked = starts.flatMap { start in
      values[start + range.lowerBound * inner..<start + range.upperBound * inner]
    }
    var cut = shape
    cut[axis] = range.count
    return type == .number(.i64)
      ? NDArray(shape: cut, type: .i64, integers: picked.map { Int64($0) })
      : NDArray(shape: cut, type: .f32, reals: picked)
  }
}
