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
        if model.contains("exports/") || model.contains("models/") {
          print("=== \(model)")
          print(OnnxPrinter.text(simple.graph))
        }
      }
    }
  }
}
