import Foundation
import Onnx
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SharedModelTests {
  private var models: [String] {
    let files = FileManager.default.enumerator(atPath: SharedData.path("data"))
    return (files?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".onnx") }.sorted()
  }

  @Test func everyModelIsRead() throws {
    #expect(models.count > 300)
    for model in models {
      #expect(throws: Never.self, "\(model)") {
        let read = try OnnxReader.read(path: SharedData.path("data/\(model)"))
        #expect(!read.graph.outputs.isEmpty)
      }
    }
  }

  @Test func everyModelIsSimplified() throws {
    for model in models {
      #expect(throws: Never.self, "\(model)") {
        let read = try OnnxReader.read(path: SharedData.path("data/\(model)"))
        let simple = try OnnxSimplifier.simplify(read)
        // The rank of every value is found, and in these every size; not so in some operator cases.
        guard model.contains("exports/") || model.contains("gtcrn") || model.contains("dtln"),
          !model.contains("_loop")
        else { return }
        for node in simple.graph.nodes {
          for name in node.outputs where !name.isEmpty {
            let shape = simple.graph.valueInfos[name]?.shape
            #expect(shape?.contains(.unknown) == false, "\(model): \(node.name) \(name)")
          }
        }
      }
    }
  }
}
