import DataFiles
import Diagnostics
import Foundation
import Kernels
import Model
import Reference
import Runtime
import TestSupport
import Testing

/// The GRU of a shipped vocoder, 1024 units whose recurrence is exactly 16 blocks per gate.
enum WaveGRU {
  static let (width, steps) = (1024, 200)

  static func load(recurrent: String) throws -> ModelGraph {
    let folder = try TemporaryFolder()
    let path = try folder.write(SharedData.wavegru(recurrent: recurrent), to: "wavegru.yaml")
    return try ModelLoader.load(path: path, options: LoadOptions(isStrict: true)).graph
  }

  struct Record: Decodable {
    var atol: Double
    var rtol: Double
  }

  static func record() throws -> (x: [Float], y: [Double], tolerance: Record) {
    let folder = "data/models/lyra_wavegru"
    let file = try NpzFile(path: SharedData.path("\(folder)/io.npz"))
    let url = URL(fileURLWithPath: SharedData.path("\(folder)/case.json"))
    return try (
      file.tensor(named: "x").floats, file.tensor(named: "y").floats.map(Double.init),
      JSONDecoder().decode(Record.self, from: Data(contentsOf: url))
    )
  }
}

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct WaveGRUTests {
  static let structures = ["dense", "{structure: block_diagonal, blocks: 16}"]

  @Test(arguments: structures)
  func referenceGivesTheRecordedStates(recurrent: String) throws {
    let (x, y, tolerance) = try WaveGRU.record()
    // Half of the steps: the reference is slow.
    let steps = WaveGRU.steps / 2
    var model = try ReferenceModel(WaveGRU.load(recurrent: recurrent))
    let got = try model.run(
      ["x": x.prefix(steps * WaveGRU.width).map(Double.init)], steps: steps)["y"]!
    expectClose(
      got, Array(y.prefix(got.count)), absolute: tolerance.atol, relative: tolerance.rtol)
  }

  @Test(arguments: structures, ISA.here)
  func runtimeGivesTheRecordedStates(recurrent: String, isa: ISA) throws {
    let (x, y, tolerance) = try WaveGRU.record()
    let run = try StreamRun(
      Program(WaveGRU.load(recurrent: recurrent), for: isa), inputs: ["x": x],
      steps: WaveGRU.steps)
    let whole = try run.run(portions: [WaveGRU.steps])
    #expect(try run.run(portions: [1, 50]).hasBits(of: whole))
    expectClose(
      whole.outputs["y"]!.map(Double.init), y, absolute: tolerance.atol, relative: tolerance.rtol)
  }

  @Test func thirtyTwoBlocksAreRefusedWithTheWayOut() throws {
    let error = #expect(throws: InputError.self) {
      try WaveGRU.load(recurrent: "{structure: block_diagonal, blocks: 32}")
    }
    let diagnostic = try #require(error?.diagnostics.first)
    #expect(diagnostic.message.contains("is not block diagonal with 32 blocks"))
    #expect(diagnostic.notes.contains { $0.contains("it is block diagonal with 16 blocks") })
    #expect(diagnostic.help.contains { $0.contains("blocks: 16") })
  }
}
