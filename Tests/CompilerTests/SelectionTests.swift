import Compiler
import Kernels
import Model
import Plan
import TestSupport
import Testing

/// Which kernels a description ends up in: a fusion is only worth its name when it happens.
@Suite struct SelectionTests {
  private func kernels(_ layer: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let text = """
      format: 1
      weights: {init: uniform, seed: 1}
      inputs:
        x: {type: f32, shape: [12]}
      layers:
        - \(layer)
      outputs:
        y: {from: r}

      """
    let path = try folder.write(text, to: "model.yaml")
    let graph = try ModelLoader.load(path: path, options: LoadOptions()).graph
    let plan = try Compile.plan(graph, for: ISA.named("scalar")!)
    return plan.steps.map { step in
      switch step {
      case .call(let call): call.kernel
      case .loop(let count): "loop \(count)"
      }
    }
  }

  @Test(arguments: [
    ("rnn: r\n    hidden: 12", "recurrent_elman_f32"),
    ("rnn: r\n    hidden: 12\n    activation: relu", "recurrent_elman_f32"),
    ("rnn: r\n    hidden: 12\n    activation: linear", "recurrent_elman_f32"),
    ("lstm: r\n    hidden: 12", "recurrent_lstm_f32"),
    (
      "lstm: r\n    hidden: 12\n    recurrent: {structure: block_diagonal, blocks: 3}",
      "recurrent_lstm_f32"
    ),
    ("lstm: r\n    hidden: 12\n    recurrent: {structure: diagonal}", "recurrent_lstm_f32"),
    ("gru: r\n    hidden: 12\n    input: {structure: diagonal}", "recurrent_gru_after_f32"),
    ("gru: r\n    hidden: 12", "recurrent_gru_after_f32"),
    ("gru: r\n    hidden: 12\n    update: new", "recurrent_gru_after_f32"),
    ("gru: r\n    hidden: 12\n    reset: before", "recurrent_gru_before_f32"),
    ("gru: r\n    hidden: 12\n    reset: before\n    update: new", "recurrent_gru_before_f32"),
  ])
  func equationsFindTheirKernel(layer: String, kernel: String) throws {
    #expect(try kernels(layer) == ["project_f32", kernel])
  }

  @Test func otherEquationsRunAsALoop() throws {
    let found = try kernels("lstm: r\n    hidden: 12\n    clip: 0.5")
    #expect(found.contains { $0.hasPrefix("loop") } && found.contains("project_f32"))
    #expect(!found.contains { $0.hasPrefix("recurrent") })
  }

  @Test(arguments: [(64, 64), (16_384, 64), (65_536, 16), (1_000_000, 1)])
  func wideModelsTakeFewerStepsAtATime(hidden: Int, tile: Int) throws {
    let text = """
      format: 1
      weights: {init: uniform}
      inputs: {x: {shape: [1]}}
      layers:
        - lstm: r
          hidden: \(hidden)
          recurrent: diagonal
      outputs: {y: {from: r}}
      """
    let folder = try TemporaryFolder()
    let graph = try ModelLoader.load(path: folder.write(text, to: "m.yaml")).graph
    let plan = try Compile.plan(graph, for: ISA.named("scalar")!)
    #expect(plan.tile == tile)
    #expect(plan.scratchByteCount <= max(16 << 20, 4 * 4 * hidden + 64))
  }

  @Test func stackedLayersAreTwoKernelsEach() throws {
    #expect(
      try kernels("lstm: r\n    hidden: 12\n    layers: 2") == [
        "project_f32", "recurrent_lstm_f32", "project_f32", "recurrent_lstm_f32",
      ])
  }
}
