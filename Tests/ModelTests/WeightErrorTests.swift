import Diagnostics
import Foundation
import Model
import Tensors
import TestSupport
import Testing

/// Every rule about weights, each with all that it says in `Golden/weights`.
@Suite struct WeightErrorTests {
  /// One fault: what it changes in a sound description or in its tensors.
  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var edit: @Sendable (inout String, inout [String: Tensor]) -> Void
    var options = LoadOptions()
    var testDescription: String { name }
  }

  static let faults: [Fault] = [
    Fault(name: "missing_tensor") { _, tensors in
      tensors["rnn.weight_hh_l1"] = tensors.removeValue(forKey: "rnn.weight_hh_l0")
    },
    Fault(name: "missing_structured_tensor") { text, tensors in
      text = text.replacing("recurrent: dense", with: "recurrent: diagonal")
      tensors["rnn.weight_hh_l0"] = nil
    },
    Fault(name: "no_tensors") { _, tensors in tensors = [:] },
    Fault(name: "one_bias") { _, tensors in tensors["rnn.bias_hh_l0"] = nil },
    Fault(name: "missing_linear_bias") { _, tensors in tensors["out.bias"] = nil },
    Fault(name: "wrong_shape") { _, tensors in
      tensors["rnn.weight_hh_l0"] = Tensor([Float](repeating: 0, count: 48), shape: [12, 4])
    },
    Fault(name: "wrong_shape_transposed") { _, tensors in
      tensors["out.weight"] = Tensor([Float](repeating: 0, count: 8), shape: [4, 2])
    },
    Fault(name: "wrong_packed_shape") { text, tensors in
      text = text.replacing("dense", with: "{structure: block_diagonal, blocks: 2}")
      tensors["rnn.weight_hh_l0"] = nil
      tensors["rnn.weight_hh_blocks"] = Tensor(
        [Float](repeating: 0, count: 32), shape: [2, 4, 2, 2])
    },
    Fault(name: "not_a_number") { _, tensors in
      tensors["rnn.weight_ih_l0"] = changed(tensors["rnn.weight_ih_l0"]!, at: 10, to: .nan)
    },
    Fault(name: "infinite_bias") { _, tensors in
      tensors["out.bias"] = changed(tensors["out.bias"]!, at: 1, to: -.infinity)
    },
    Fault(name: "negative_variance") { text, tensors in
      addNorm(&text, &tensors, variance: [1, -0.5])
    },
    Fault(name: "mapped_variance") { text, tensors in
      addNorm(&text, &tensors, variance: [-2e-3, 1])
      text += "\n    eps: 0.001\n    tensors: {running_var: spread}"
      tensors["spread"] = tensors.removeValue(forKey: "norm.running_var")
    },
    Fault(name: "booleans") { _, tensors in
      tensors["out.bias"] = Tensor(shape: [2], elementType: .bool, values: .integers([0, 1]))
    },
    Fault(name: "not_block_diagonal") { text, _ in
      text = text.replacing("dense", with: "{structure: block_diagonal, blocks: 2}")
    },
    Fault(name: "not_so_many_blocks") { text, tensors in
      text = text.replacing("dense", with: "{structure: block_diagonal, blocks: 4}")
      tensors["rnn.weight_hh_l0"] = blocks(2)
    },
    Fault(name: "not_diagonal") { text, tensors in
      text = text.replacing("dense", with: "diagonal")
      tensors["rnn.weight_hh_l0"] = blocks(2)
    },
    Fault(
      name: "not_within_tolerance",
      edit: { text, _ in
        text = text.replacing("dense", with: "{structure: block_diagonal, blocks: 2}")
      }, options: LoadOptions(tolerance: 0.25)),
    Fault(name: "not_block_diagonal_keras") { text, tensors in
      text = text.replacing("pytorch", with: "keras")
        .replacing("dense", with: "{structure: block_diagonal, blocks: 4}")
      let values = blocks(2).floats
      tensors = [
        "rnn.kernel": Tensor([Float](repeating: 0, count: 48), shape: [3, 16]),
        "rnn.recurrent_kernel": Tensor(transposed(values, 16, 4), shape: [4, 16]),
        "out.kernel": Tensor([Float](repeating: 0, count: 8), shape: [4, 2]),
        "out.bias": tensors["out.bias"]!,
      ]
    },
    Fault(name: "mapped_tensor_is_gone") { text, _ in
      text += "\n    tensors: {weight: head.weight}"
    },
    Fault(name: "mapped_role_is_unknown") { text, _ in
      text += "\n    tensors: {wieght: out.weight}"
    },
    Fault(name: "missing_module") { text, tensors in
      text = text.replacing(
        "dense",
        with: "{structure: block_diagonal, blocks: 2, blocks_from: \"m.{block}.weight_hh_l0\"}")
      tensors["m.0.weight_hh_l0"] = Tensor([Float](repeating: 0, count: 16), shape: [8, 2])
    },
    Fault(name: "more_modules_than_blocks") { text, tensors in
      text = text.replacing(
        "dense",
        with: "{structure: block_diagonal, blocks: 2, blocks_from: \"m.{block}.weight_hh_l0\"}")
      for block in 0..<4 {
        tensors["m.\(block).weight_hh_l0"] = Tensor([0, 0, 0, 0], shape: [4, 1])
        tensors["m.\(block).bias_hh_l0"] = Tensor([0, 0, 0, 0])
      }
    },
    Fault(name: "modules_do_not_divide") { text, tensors in
      text = text.replacing(
        "recurrent: dense", with: "input: {blocks_from: \"m.{block}.weight_ih_l0\"}")
      for block in 0..<3 {
        tensors["m.\(block).weight_ih_l0"] = Tensor(
          [Float](repeating: 0, count: 12), shape: [4, 3])
      }
    },
    Fault(name: "missing_initial_state") { text, _ in
      text = text.replacing("recurrent: dense", with: "initial: learned")
    },
    Fault(name: "permutation_shape") { text, tensors in
      text += "\n  - permute: mix\n    permutation: order"
      tensors["order"] = Tensor(shape: [3], elementType: .i64, values: .integers([0, 1, 2]))
    },
    Fault(name: "permutation_of_floats") { text, tensors in
      text += "\n  - permute: mix\n    permutation: order"
      tensors["order"] = Tensor([0, 1])
    },
    Fault(name: "permutation_twice") { text, tensors in
      text += "\n  - permute: mix\n    permutation: order"
      tensors["order"] = Tensor(shape: [2], elementType: .i32, values: .integers([1, 1]))
    },
    Fault(name: "permutation_is_gone") { text, _ in
      text += "\n  - permute: mix\n    permutation: order"
    },
    Fault(
      name: "unused_tensor_when_strict",
      edit: { _, tensors in tensors["rnn.weight_hh_l1"] = Tensor([1, 2]) },
      options: LoadOptions(isStrict: true)),
  ]

  @Test(arguments: faults) func saysWhereWhatAndHow(fault: Fault) throws {
    var text = Self.text
    var tensors = Self.tensors
    fault.edit(&text, &tensors)
    let weights = TensorDictionary(name: "model.safetensors", tensors)
    let error = try #require(throws: InputError.self) {
      _ = try load(text, weights, options: fault.options)
    }
    #expect(error.kind == .malformed)
    try checkGolden(DiagnosticRenderer().render(error.diagnostics), "weights/\(fault.name).err")
  }

  /// Variances of zero, and what rounding leaves below it, have eps to stand on.
  @Test func smallVariancesAreAccepted() throws {
    var (text, tensors) = (Self.text, Self.tensors)
    Self.addNorm(&text, &tensors, variance: [0, -1e-9])
    #expect(throws: Never.self) { _ = try load(text, TensorDictionary(tensors)) }
  }

  @Test func theSoundModelLoads() throws {
    let model = try load(Self.text, TensorDictionary(Self.tensors))
    #expect(model.warnings.isEmpty)
  }

  @Test func unusedTensorsAreWarnedAbout() throws {
    var tensors = Self.tensors
    tensors["rnn.weight_hh_l1"] = Tensor([1, 2])
    let model = try load(Self.text, TensorDictionary(name: "w.npz", tensors))
    #expect(
      model.warnings.map(\.message) == ["no layer uses the tensor 'rnn.weight_hh_l1' of w.npz"])
    #expect(model.warnings.allSatisfy { $0.severity == .warning })
  }

  @Test func toleranceDropsSmallEntries() throws {
    var tensors = Self.tensors
    var values = Self.blocks(2).floats
    values[2] = 0.01
    tensors["rnn.weight_hh_l0"] = Tensor(values, shape: [16, 4])
    let text = Self.text.replacing("dense", with: "{structure: block_diagonal, blocks: 2}")
    let weights = TensorDictionary(tensors)
    #expect(throws: InputError.self) { _ = try load(text, weights) }
    let model = try load(
      text, weights, options: LoadOptions(tolerance: 0.01))
    guard case .recurrent(let layer) = model.graph.layers[0].kind else {
      Issue.record("not recurrent")
      return
    }
    #expect(layer.sublayers[0].recurrent["i"]?.dense[2] == 0)
  }

  @Test func missingWeightsFileIsReportedAtItsName() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text, to: "model.yaml")
    for load in [
      { _ = try ModelLoader.load(path: path) }, { _ = try ModelLoader.check(path: path) },
    ] {
      let error = try #require(throws: InputError.self) { try load() }
      #expect(error.kind == .missing)
      guard case .span(let span)? = error.diagnostics.first?.place else {
        Issue.record("no span")
        return
      }
      #expect((span.line, span.column, span.length) == (2, 10, 17))
    }
  }

  @Test func anotherKindOfWeightsFileIsReportedAtItsName() throws {
    let folder = try TemporaryFolder()
    try folder.write("format: 1\n", to: "other.yaml")
    let text = Self.text.replacing("model.safetensors", with: "other.yaml")
    let path = try folder.write(text, to: "model.yaml")
    let error = try #require(throws: InputError.self) { _ = try ModelLoader.load(path: path) }
    #expect(error.kind == .malformed)
    let shown = DiagnosticRenderer().render(error.diagnostics)
    #expect(shown.contains("model.yaml:2:10: error: the weights file '"))
    #expect(
      shown.contains(
        "other.yaml': this is a text, beginning with 'format: 1', not a safetensors or npz file"))
  }

  @Test func theTensorToBlameIsNamed() throws {
    let folder = try TemporaryFolder()
    let header = #"{"rnn.a":{"dtype":"F99","shape":[],"data_offsets":[0,0]}}"#
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    try Data(length + header.utf8).write(to: folder.file("model.safetensors"))
    let path = try folder.write(Self.text, to: "model.yaml")
    let error = try #require(throws: InputError.self) { _ = try ModelLoader.load(path: path) }
    let shown = DiagnosticRenderer().render(error.diagnostics)
    #expect(shown.contains("model.yaml:2:10: error: "))
    #expect(shown.contains("rnn.a"))
    #expect(shown.contains("F99"))
  }

  @Test func missingDescriptionIsMissing() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path("none.yaml"), folder.url.path] {
      let error = try #require(throws: InputError.self) { _ = try ModelLoader.check(path: path) }
      #expect(error.kind == .missing)
    }
  }

  @Test func checkTellsWhatLoadThrows() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("format: 1\n", to: "model.yaml")
    let (graph, diagnostics) = try ModelLoader.check(path: path)
    #expect(graph == nil)
    #expect(diagnostics.count == 3)
    #expect(throws: InputError.self) { _ = try ModelLoader.load(path: path) }
  }

  // MARK: The sound model

  static let text = """
    format: 1
    weights: model.safetensors
    layout: pytorch
    outputs: {y: {from: out}}
    inputs: {x: {shape: [3]}}
    layers:
      - lstm: rnn
        hidden: 4
        recurrent: dense
      - linear: out
        out: 2
    """

  static let tensors: [String: Tensor] = [
    "rnn.weight_ih_l0": noise([16, 3]), "rnn.weight_hh_l0": noise([16, 4]),
    "rnn.bias_ih_l0": noise([16]), "rnn.bias_hh_l0": noise([16]), "out.weight": noise([2, 4]),
    "out.bias": noise([2]),
  ]

  /// Numbers without any structure.
  static func noise(_ shape: [Int]) -> Tensor {
    var random = SeededRandom(seed: UInt64(shape.reduce(1, *)))
    return Tensor((0..<shape.reduce(1, *)).map { _ in random.uniform(0.5) }, shape: shape)
  }

  static func addNorm(
    _ text: inout String, _ tensors: inout [String: Tensor], variance: [Float]
  ) {
    text += "\n  - batch_norm: norm"
    for name in ["weight", "bias", "running_mean"] { tensors["norm.\(name)"] = noise([2]) }
    tensors["norm.running_var"] = Tensor(variance)
  }

  static func changed(_ tensor: Tensor, at index: Int, to value: Float) -> Tensor {
    var values = tensor.floats
    values[index] = value
    return Tensor(values, shape: tensor.shape)
  }

  /// Four gates of 4 x 4 with this many blocks.
  static func blocks(_ count: Int) -> Tensor {
    let gates = (0..<4).flatMap { gate in
      masked(noise([16]).floats.map { $0 * Float(gate + 1) }, 4, count)
    }
    return Tensor(gates, shape: [16, 4])
  }
}
