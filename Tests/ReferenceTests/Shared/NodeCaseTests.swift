import Foundation
import Onnx
import Reference
import TestSupport
import Testing

/// The conformance cases of the operator specification: one node or a few, with recorded inputs
/// and outputs.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct NodeCaseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let folder: String
    let tolerance: Recorded.Tolerance
    /// The same case with its weights as initializers.
    let hasTwin: Bool
    var testDescription: String { String(folder.split(separator: "/").last ?? "") }
  }

  static let cases: [Case] = (try? readCases()) ?? []

  static func readCases() throws -> [Case] {
    let folder = SharedData.path("data/onnx-node")
    let index = try json("\(folder)/index.json", as: [[String: Any]].self)
    return try index.map { entry in
      Case(
        folder: "\(folder)/\(try #require(entry["name"] as? String))",
        tolerance: .init(
          relative: try #require(entry["rtol"] as? Double),
          absolute: try #require(entry["atol"] as? Double)),
        hasTwin: entry["const_twin_inputs"] != nil)
    }
  }

  @Test func thereAreCases() {
    #expect(Self.cases.count >= 280)
    #expect(Self.cases.filter(\.hasTwin).count >= 10)
  }

  @Test(arguments: cases)
  func theCasePasses(one: Case) throws {
    try check("\(one.folder)/model.onnx", "\(one.folder)/test_data_set_0", one.tolerance)
    if one.hasTwin {
      try check("\(one.folder)/model_const.onnx", "\(one.folder)/const_data_set_0", one.tolerance)
    }
  }

  private func check(
    _ model: String, _ data: String, _ tolerance: Recorded.Tolerance
  ) throws {
    let reference = try OnnxReference(OnnxReader.read(path: model))
    let graph = reference.model.graph
    var inputs: [String: NodeValue] = [:]
    for (index, input) in graph.inputs.enumerated() {
      inputs[input.name] = try value("\(data)/input_\(index).pb", input)
    }
    let outputs = try reference.run(inputs)
    for (index, output) in graph.outputs.enumerated() {
      let want = try value("\(data)/output_\(index).pb", output)
      Recorded.expect(outputs[output.name], want, tolerance, output.name)
    }
  }

  private func value(_ path: String, _ info: OnnxValueInfo) throws -> NodeValue {
    if case .sequence? = info.type {
      return .sequence(try OnnxReader.readSequence(path: path).tensors.map { NDArray($0) })
    }
    return .tensor(NDArray(try OnnxReader.readTensor(path: path).tensor))
  }
}
