import Compiler
import Kernels
import Model
import Plan
import TestSupport
import Testing

/// Which kernels a description ends up in: a fusion is only worth its name when it happens.
@Suite struct SelectionTests {
  private func kernels(_ layer: String) throws -> [String] {
    Self.kernels(of: try OneLayer.plan(layer, width: 12, isa: "scalar"))
  }

  private static func kernels(of plan: Plan) -> [String] {
    plan.steps.map { step in
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

  /// A table of at most twice what it replaces, or 256 KB, takes the place of the input product.
  @Test(arguments: [
    (["one_hot: x\n    size: 500", "lstm: r\n    hidden: 128"], true),
    (["embedding: x\n    size: [7, 36]", "gru: r\n    hidden: 128"], true),
    (["embedding: x\n    size: [5000, 16]", "lstm: r\n    hidden: 128"], false),
    (["one_hot: x\n    size: 16", "gru: r\n    hidden: 16\n    input: diagonal"], true),
    (["one_hot: x\n    size: 512", "gru: r\n    hidden: 512\n    input: diagonal"], false),
  ])
  func knownRowsAreLookedUp(layers: [String], isLookup: Bool) throws {
    let text = """
      format: 1
      weights: {init: uniform, seed: 1}
      inputs: {index: {type: i32, shape: []}}
      layers:
      \(layers.map { "  - \($0)" }.joined(separator: "\n"))
      outputs: {y: {from: r}}
      """
    let folder = try TemporaryFolder()
    let graph = try ModelLoader.load(path: folder.write(text, to: "m.yaml")).graph
    let plan = try Compile.plan(graph, for: ISA.named("scalar")!)
    let kernels = Self.kernels(of: plan)
    #expect(kernels.dropLast().last == (isLookup ? "embedding_f32" : "project_f32"))
    #expect(kernels.count == (isLookup ? 2 : 3), "\(kernels)")
  }

  @Test func stackedLayersAreTwoKernelsEach() throws {
    #expect(
      try kernels("lstm: r\n    hidden: 12\n    layers: 2") == [
        "project_f32", "recurrent_lstm_f32", "project_f32", "recurrent_lstm_f32",
      ])
  }
}
