import DataFiles
import Foundation
import Kernels
import Model
import Reference
import Runtime
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
    let golden = try Golden(recorded)
    var model = try ReferenceModel(golden.graph)
    var got = try model.run(
      golden.inputs.mapValues { $0.map(Double.init) }, steps: golden.steps)
    for (name, value) in model.states { got[name] = value }
    golden.check(got)
  }

  @Test(arguments: all, ISA.here)
  func runtimeGivesTheGolden(recorded: Recorded, isa: ISA) throws {
    let golden = try Golden(recorded)
    let run = try StreamRun(
      Program(golden.graph, for: isa), inputs: golden.inputs, steps: golden.steps)
    let whole = try run.run(portions: [golden.steps])
    #expect(try run.run(portions: [1]).hasBits(of: whole))
    let got = whole.outputs.merging(whole.states) { output, _ in output }
    golden.check(got.mapValues { $0.map(Double.init) })
  }

  /// A model of the folder with its recorded inputs, outputs and, perhaps, final states.
  private struct Golden {
    let graph: ModelGraph
    let inputs: [String: [Float]]
    let steps: Int
    private let recorded: [String: [Double]]

    init(_ model: Recorded) throws {
      let options = LoadOptions(isStrict: true)
      graph = try ModelLoader.load(path: model.model, options: options).graph
      let file = try NpzFile(path: model.golden)
      var (inputs, recorded) = ([String: [Float]](), [String: [Double]]())
      for name in file.names {
        let values = try file.tensor(named: name).floats
        if graph.inputs.contains(where: { $0.name == name }) {
          inputs[name] = values
        } else {
          recorded[name] = values.map(Double.init)
        }
      }
      let first = graph.inputs[0]
      steps = try #require(inputs[first.name]).count / first.width
      (self.inputs, self.recorded) = (inputs, recorded)
    }

    /// The comparison of `compare`: atol 1e-5, rtol 1e-4.
    func check(_ got: [String: [Double]]) {
      for output in graph.outputs { #expect(recorded[output.name] != nil) }
      for (name, want) in recorded {
        #expect(got[name] != nil, "the golden's '\(name)' is no output and no state")
        expectClose(got[name] ?? [], want, absolute: 1e-5, relative: 1e-4, name)
      }
    }
  }
}
