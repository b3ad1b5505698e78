import Foundation
import Onnx
import Reference
import TestSupport
import Testing

/// RNN, GRU and LSTM: values confirmed with other frameworks, and the meaning of every option.
@Suite struct RecurrentNodeTests {
  // MARK: Golden rows

  static let (steps, inputs, hidden) = (6, 3, 4)

  /// 0.4 sin(k + 1.7 j), row-major, as f32.
  static func generate(_ k: Double, _ count: Int) -> [Double] {
    (0..<count).map { Double(Float(0.4 * sin(k + 1.7 * Double($0)))) }
  }

  /// X, W, R and B of the generated weights, whose gates are reordered to `order`.
  static func generated(gates: Int, order: [Int]) -> [NDArray?] {
    func reordered(_ values: [Double]) -> [Double] {
      let size = values.count / gates
      return order.flatMap { values[$0 * size..<($0 + 1) * size] }
    }
    let rows = gates * hidden
    let x = (0..<steps * inputs).map { Double(Float(cos(0.5 * Double($0)))) }
    let bias = reordered(generate(0.3, rows)) + reordered(generate(0.4, rows))
    return [
      .f32(x, [steps, 1, inputs]),
      .f32(reordered(generate(0.1, rows * inputs)), [1, rows, inputs]),
      .f32(reordered(generate(0.2, rows * hidden)), [1, rows, hidden]), .f32(bias, [1, 2 * rows]),
    ]
  }

  /// The last state of each of the outputs after Y.
  static func states(
    _ opType: String, _ inputs: [NDArray?], _ attributes: [String: OnnxAttribute] = [:],
    count: Int
  ) throws -> [[Double]] {
    let values = inputs.map { $0.map { NodeValue.tensor($0) } }
    let outputs = try OneNode.run(opType, values, attributes: attributes, outputs: 1 + count)
    return try outputs.dropFirst().map { try #require($0.tensor?.doubles) }
  }

  @Test func theLstmRow() throws {
    // The table's order is i f g o, the operator's i o f c.
    let states = try Self.states("LSTM", Self.generated(gates: 4, order: [0, 3, 1, 2]), count: 2)
    expectClose(
      states[0], [0.38776231, -0.09235487, -0.15807585, -0.01375201], absolute: 5e-8, "h")
    expectClose(
      states[1], [0.80694545, -0.23999464, -0.37186779, -0.01821936], absolute: 5e-8, "c")
  }

  @Test func theLstmRowWithPeepholes() throws {
    let p = NDArray.f32(Self.generate(0.5, 3 * Self.hidden), [1, 3 * Self.hidden])
    let inputs = Self.generated(gates: 4, order: [0, 3, 1, 2]) + [nil, nil, nil, p]
    let states = try Self.states("LSTM", inputs, count: 2)
    expectClose(
      states[0], [0.47922216, -0.11907798, -0.22437017, -0.02274376], absolute: 5e-8, "h")
    expectClose(
      states[1], [0.92661398, -0.31639968, -0.47886346, -0.02971104], absolute: 5e-8, "c")
  }

  @Test(arguments: [
    (1, [0.30965846, -0.12823352, -0.43897766, -0.0244983]),
    (0, [0.40934686, -0.11208527, -0.65159701, -0.01163668]),
  ])
  func theGruRows(linearBeforeReset: Int, h: [Double]) throws {
    // The table's order is r z n, the operator's z r h.
    let states = try Self.states(
      "GRU", Self.generated(gates: 3, order: [1, 0, 2]),
      ["linear_before_reset": .int(Int64(linearBeforeReset))], count: 1)
    expectClose(states[0], h, absolute: 5e-8)
  }

  // MARK: Options, on cells with one unit

  /// One unit, one input, weights 1, no bias: the states after the values of `x`.
  static func unit(
    _ opType: String, gates: Int, x: [Double], _ attributes: [String: OnnxAttribute],
    h: Double = 0, c: Double? = nil
  ) throws -> [Double] {
    let ones = NDArray.f32([Double](repeating: 1, count: gates), [1, gates, 1])
    let inputs: [NDArray?] =
      [.f32(x, [x.count, 1, 1]), ones, ones, nil, nil, .f32([h], [1, 1, 1])]
      + (c.map { [.f32([$0], [1, 1, 1])] } ?? [])
    return try states(opType, inputs, attributes, count: c == nil ? 1 : 2).map { $0[0] }
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  @Test func clipLimitsTheGatesAndNotTheCell() throws {
    let states = try Self.unit("LSTM", gates: 4, x: [3], ["clip": .float(0.5)], c: 5)
    let gate = Self.sigmoid(0.5)
    let c = gate * 5 + gate * tanh(0.5)
    expectClose(states, [gate * tanh(c), c], absolute: 1e-12)
  }

  @Test func inputForgetCouplesTheGates() throws {
    let states = try Self.unit("LSTM", gates: 4, x: [0.7], ["input_forget": .int(1)], h: 0.2, c: 2)
    let i = Self.sigmoid(0.9)
    let c = (1 - i) * 2 + i * tanh(0.9)
    expectClose(states, [i * tanh(c), c], absolute: 1e-7)
  }

  @Test func clipHoldsForTheOtherCells() throws {
    let rnn = try Self.unit("RNN", gates: 1, x: [3], ["clip": .float(0.5)])
    expectClose(rnn, [tanh(0.5)], absolute: 1e-12)
    let gru = try Self.unit("GRU", gates: 3, x: [3], ["clip": .float(0.5)], h: 0.25)
    let z = Self.sigmoid(0.5)
    expectClose(gru, [(1 - z) * tanh(0.5) + z * 0.25], absolute: 1e-12)
  }

  /// Every activation with its default parameters or, where there are none, with alpha 0.5 and
  /// beta 2.
  static let activations: [KnownFunction] = [
    KnownFunction("Affine") { 0.5 * $0 + 2 }, KnownFunction("Elu") { $0 < 0 ? exp($0) - 1 : $0 },
    KnownFunction("HardSigmoid") { min(max(0.2 * $0 + 0.5, 0), 1) },
    KnownFunction("LeakyRelu") { $0 < 0 ? 0.01 * $0 : $0 }, KnownFunction("Relu") { max($0, 0) },
    KnownFunction("ScaledTanh") { 0.5 * tanh(2 * $0) }, KnownFunction("Sigmoid", sigmoid),
    KnownFunction("Softplus") { log(1 + exp($0)) },
    KnownFunction("Softsign") { $0 / (1 + abs($0)) },
    KnownFunction("Tanh") { tanh($0) }, KnownFunction("ThresholdedRelu") { $0 >= 1 ? $0 : 0 },
  ]

  @Test(arguments: activations)
  func everyActivation(activation: KnownFunction) throws {
    let name = activation.name
    var attributes: [String: OnnxAttribute] = ["activations": .strings([name])]
    if ["Affine", "ScaledTanh"].contains(name) {
      attributes["activation_alpha"] = .floats([0.5])
      attributes["activation_beta"] = .floats([2])
    }
    for x in [-0.75, 0.75, 1, 4] {
      let states = try Self.unit("RNN", gates: 1, x: [x], attributes)
      expectClose(states, [activation.value(x)], absolute: 1e-7, name)
    }
  }

  @Test func parametersGoToTheActivationsThatTakeThem() throws {
    let states = try Self.unit(
      "GRU", gates: 3, x: [-1],
      ["activations": .strings(["Sigmoid", "LeakyRelu"]), "activation_alpha": .floats([0.5])])
    expectClose(states, [(1 - Self.sigmoid(-1)) * -0.5], absolute: 1e-12)
  }

  @Test func aListOfParametersWithTwoReadingsIsRefused() {
    let ones = NDArray.f32([1, 1, 1], [1, 3, 1])
    let message = OneNode.message(
      "GRU", [.f32([1], [1, 1, 1]), ones, ones],
      [
        "activations": .strings(["Sigmoid", "LeakyRelu"]),
        "activation_alpha": .floats([0.1, 0.5]),
      ])
    #expect(
      message == "node 'node' (GRU): attribute 'activation_alpha' has 2 values for 1 activations "
        + "that take one")
  }

  // MARK: Directions, lengths, layouts

  /// h' = x + h, so that a state is the sum of what was seen.
  static func sums(
    _ x: NDArray, directions: Int, lengths: [Int64]? = nil, _ attributes: [String: OnnxAttribute]
  ) throws -> [NDArray] {
    let ones = NDArray.f32([Double](repeating: 1, count: directions), [directions, 1, 1])
    let names = [String](repeating: "Affine", count: directions)
    let all = attributes.merging([
      "activations": .strings(names), "activation_alpha": .floats(names.map { _ in 1 }),
      "activation_beta": .floats(names.map { _ in 0 }),
    ]) { given, _ in given }
    let inputs: [NDArray?] = [x, ones, ones, nil, lengths.map { .of(.i32, $0) }]
    let values = inputs.map { $0.map { NodeValue.tensor($0) } }
    return try OneNode.run("RNN", values, attributes: all, outputs: 2).map {
      try #require($0.tensor)
    }
  }

  /// Two rows, of 3 steps and of 2.
  static let x = NDArray.f32([1, 10, 2, 20, 4, 40], [3, 2, 1])

  @Test func bothDirectionsWithLengths() throws {
    let both = try Self.sums(
      Self.x, directions: 2, lengths: [3, 2], ["direction": .string("bidirectional")])
    #expect(both[0] == .f32([1, 10, 7, 30, 3, 30, 6, 20, 7, 0, 4, 0], [3, 2, 2, 1]))
    #expect(both[1] == .f32([7, 30, 7, 30], [2, 2, 1]))
  }

  @Test func backwards() throws {
    let back = try Self.sums(Self.x, directions: 1, ["direction": .string("reverse")])
    #expect(back[0] == .f32([7, 70, 6, 60, 4, 40], [3, 1, 2, 1]))
    #expect(back[1] == .f32([7, 70], [1, 2, 1]))
  }

  @Test func batchFirst() throws {
    let x = NDArray.f32([1, 2, 4, 10, 20, 40], [2, 3, 1])
    let both = try Self.sums(
      x, directions: 2, lengths: [3, 2],
      ["direction": .string("bidirectional"), "layout": .int(1)])
    #expect(both[0] == .f32([1, 7, 3, 6, 7, 4, 10, 30, 30, 20, 0, 0], [2, 3, 2, 1]))
    #expect(both[1] == .f32([7, 7, 30, 30], [2, 2, 1]))
  }

  @Test func aRowWithoutStepsGivesZeros() throws {
    let none = try Self.sums(Self.x, directions: 1, lengths: [0, 1], [:])
    #expect(none[0] == .f32([0, 10, 0, 0, 0, 0], [3, 1, 2, 1]))
    #expect(none[1] == .f32([0, 10], [1, 2, 1]))
  }

  // MARK: Errors

  @Test func shapesThatDoNotFit() {
    let (x, w, r) = (
      NDArray.f32([1, 2], [1, 1, 2]), NDArray.f32([1, 2], [1, 1, 2]), NDArray.f32([1], [1, 1, 1])
    )
    let attributes: [String: OnnxAttribute] = ["hidden_size": .int(2)]
    #expect(
      OneNode.message("RNN", [x, w, r], attributes)
        == "node 'node' (RNN, input 2 'R'): has shape [1, 1, 1], which is not for the given "
        + "hidden_size")
    #expect(
      OneNode.message("RNN", [x, r, r])
        == "node 'node' (RNN, input 1 'W'): has shape [1, 1, 1], not [1, 1, 2]")
    #expect(
      OneNode.message("RNN", [x, w, r, nil, .of(.i32, [2])])
        == "node 'node' (RNN, input 4 'sequence_lens'): a length of 2, for 1 steps")
    #expect(
      OneNode.message("RNN", [x, w, r], ["activations": .strings(["Swish"])])
        == "node 'node' (RNN): the activation 'Swish' is not known")
    #expect(
      OneNode.message("RNN", [x, w, r], ["activations": .strings(["Affine"])])
        == "node 'node' (RNN): the activation 'Affine' needs its alpha and beta")
  }
}
