import DataFiles
import Diagnostics
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SharedWeightsTests {
  @Test func safetensorsOfTheChorales() throws {
    let file = try WeightFile(path: SharedData.path("data/jsb/lstm_block8.safetensors"))
    for name in file.names {
      let info = try #require(file.info(name))
      let tensor = try file.tensor(named: name)
      #expect(tensor.shape == info.shape)
      #expect(tensor.elementType == info.elementType)
      #expect(tensor.floats.allSatisfy { $0.isFinite })
    }
    #expect(file.names == file.names.sorted() && !file.names.isEmpty)
  }

  @Test func npzOfTheChorales() throws {
    let path = SharedData.path("data/jsb/lstm_block8_logits_test0.npz")
    let file = try NpzFile(path: path)
    for name in file.names {
      let tensor = try file.tensor(named: name)
      #expect(tensor.shape == file.info(name)?.shape)
    }
    #expect(!file.names.isEmpty)
    guard case .npz = try WeightFile(path: path) else {
      Issue.record("an npz file was read as something else")
      return
    }
  }
}
