import DataFiles
import Foundation
import Model
import Reference
import TestSupport
import Testing

/// Every model of the folder `Models` against what the framework that trained it gave.
@Suite struct ModelsFolderTests {
  /// A folder with a description and recorded outputs.
  struct Recorded: Sendable, CustomTestStringConvertible {
    let folder: URL
    var testDescription: String { folder.lastPathComponent }
    var model: String { folder.appending(path: "model.yaml").path }
    var golden: String { folder.appending(path: "golden.npz").path }
  }

  static let all: [Recorded] = {
    let root = SharedData.packageRoot.appending(path: "Models")
    let folders = try? FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    return (folders ?? []).map { Recorded(folder: root.appending(path: $0)) }
      .filter { FileManager.default.fileExists(atPath: $0.model) }
  }()

  @Test func thereAreModels() {
    #expect(Self.all.count >= 6)
  }

  @Test(arguments: all)
  func referenceGivesTheGolden(recorded: Recorded) throws {
    let graph = try ModelLoader.load(path: recorded.model, options: LoadOptions(isStrict: true))
      .graph
    let golden = try NpzFile(path: recorded.golden)
    func values(_ name: String) throws -> [Double] {
      try golden.tensor(named: name).floats.map(Double.init)
    }
    var inputs: [String: [Double]] = [:]
    for input in graph.inputs { inputs[input.name] = try values(input.name) }
    let steps = inputs[graph.inputs[0].name]!.count / graph.inputs[0].width
    var model = try ReferenceModel(graph)
    var got = try model.run(inputs, steps: steps)
    for (name, value) in model.states { got[name] = value }
    for name in golden.names where inputs[name] == nil {
      let value = try #require(got[name], "the golden's '\(name)' is no output and no state")
      expectClose(value, try values(name), absolute: 1e-5, relative: 1e-4, name)
    }
    for output in graph.outputs { #expect(golden.names.contains(output.name)) }
  }
}
