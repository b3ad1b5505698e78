import Foundation
import Kernels
import Testing

/// The functions inside the recurrent kernels' epilogues, whose divisions are merged, swept over all
/// of f32: recurrences of one unit each without weights, in which all gates but one are saturated.
///
/// Their errors: sigmoid 3 + 0.65 max(-x, 0) ulp, and 2^-60 below -41; tanh 4 ulp; what is one
/// minus a gate, 2 ulp of one. Infinities saturate, NaN passes.
@Suite struct GateSweepTests {
  /// What an operand holds: the argument of the sweep, or always the same.
  enum Value: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, Sendable {
    case argument
    case fixed(Float)
    init(floatLiteral value: Float) { self = .fixed(value) }
    init(integerLiteral value: Int) { self = .fixed(Float(value)) }
  }

  /// One gate's sum or state varies; `want` is what the result then is.
  struct Sweep: Sendable, CustomTestStringConvertible {
    var kernel: String
    var what: String
    /// The input products, gate after gate.
    var gates: [Value]
    /// What other operands hold, by name: 0 where nothing is said.
    var state: [String: Value] = [:]
    var integers: [String: Int32] = [:]
    /// The operand that holds the result.
    var result: String
    var want: @Sendable (Double) -> Double
    var error: @Sendable (Double, Double) -> Double
    var testDescription: String { "\(what) of \(kernel)" }
  }

  private static let ulp = Opcodes.ulp
  private static let gate: @Sendable (Double, Double) -> Double = { x, want in
    (3 + 0.65 * min(max(-x, 0), 50)) * ulp * want + 0x1p-60
  }
  private static let candidate = Opcodes.ulps(4)
  private static let complement: @Sendable (Double, Double) -> Double = { _, _ in 2 * ulp }

  private static let (inf, minus) = (Value.fixed(.infinity), Value.fixed(-.infinity))
  private static let x = Value.argument
  private static let lstm = "recurrent_lstm_f32"
  private static let after = "recurrent_gru_after_f32"
  private static let before = "recurrent_gru_before_f32"
  /// Small enough that tanh is the identity.
  private static let small = 0x1p-30

  static let sweeps: [Sweep] = [
    Sweep(
      kernel: lstm, what: "sigmoid(i)", gates: [x, minus, inf, 0], result: "c", want: sigmoid,
      error: gate),
    Sweep(
      kernel: lstm, what: "sigmoid(f)", gates: [0, x, 0, 0], state: ["c": 1],
      result: "c", want: sigmoid, error: gate),
    Sweep(
      kernel: lstm, what: "tanh(g)", gates: [inf, 0, x, 0], result: "c", want: tanh,
      error: candidate),
    Sweep(
      kernel: lstm, what: "sigmoid(o)", gates: [0, inf, 0, x], state: ["c": inf],
      result: "h", want: sigmoid, error: gate),
    Sweep(
      kernel: lstm, what: "tanh(c)", gates: [0, inf, 0, inf], state: ["c": x],
      result: "h", want: tanh, error: candidate),
    Sweep(
      kernel: lstm, what: "c kept", gates: [0, inf, 0, inf], state: ["c": x],
      result: "c", want: { $0 }, error: { _, _ in 0 }),
    Sweep(
      kernel: after, what: "sigmoid(r)", gates: [x, minus, 0],
      state: ["bias_n": .fixed(Float(small))], result: "h", want: { sigmoid($0) * small },
      error: { x, want in gate(x, want / small) * small }),
    Sweep(
      kernel: after, what: "sigmoid(z)", gates: [0, x, 0], state: ["h": 1],
      result: "h", want: sigmoid, error: gate),
    Sweep(
      kernel: after, what: "1 - sigmoid(z)", gates: [0, x, 0], state: ["h": 1],
      integers: ["update": 1], result: "h", want: { sigmoid(-$0) }, error: complement),
    Sweep(
      kernel: after, what: "tanh(n)", gates: [minus, minus, x], result: "h", want: tanh,
      error: candidate),
    Sweep(
      kernel: before, what: "sigmoid(z)", gates: [0, x, 0], state: ["h": 1],
      result: "h", want: sigmoid, error: gate),
    Sweep(
      kernel: before, what: "1 - sigmoid(z)", gates: [0, x, 0], state: ["h": 1],
      integers: ["update": 1], result: "h", want: { sigmoid(-$0) }, error: complement),
    Sweep(
      kernel: before, what: "tanh(n)", gates: [0, minus, x], result: "h", want: tanh,
      error: candidate),
  ]

  @Test(arguments: sweeps) func everyISAKeepsTheStatedError(sweep: Sweep) throws {
    let wants = FloatSweep.whole.map { sweep.want(Double($0)) }
    let rule = Opcodes(sweep.what, error: sweep.error) { x, _ in sweep.want(x) }
    for isa in ISA.all where isa.runsHere {
      let got = try OneUnit(sweep, on: isa).run(FloatSweep.whole)
      let wrong = got.indices.filter {
        !rule.holds(got[$0], Double(FloatSweep.whole[$0]), wants[$0])
      }
      let first = wrong.first.map { "at \(FloatSweep.whole[$0]): \(got[$0]), not \(wants[$0])" }
      #expect(wrong.isEmpty, "\(isa.name): \(wrong.count) wrong, first \(first ?? "")")
      #expect(zip(wants, got).allSatisfy { $0.isNaN == $1.isNaN }, "\(isa.name): NaN")
    }
  }

  /// Elman's epilogue applies the opcodes themselves.
  @Test(arguments: ["tanh", "sigmoid"]) func elmanAppliesTheOpcode(name: String) throws {
    let opcode = try #require(Opcode.all.first { $0.name == name })
    let sweep = Sweep(
      kernel: "recurrent_elman_f32", what: name, gates: [.argument],
      integers: ["activation": Int32(opcode.index)], result: "h", want: { $0 }, error: { _, _ in 0 }
    )
    for isa in ISA.all where isa.runsHere {
      let got = try OneUnit(sweep, on: isa).run(FloatSweep.coarse)
      let want = try OpcodeTests.run(name, [FloatSweep.coarse], 0, on: isa)
      #expect(zip(got, want).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(isa.name)")
    }
  }
}

/// Many recurrences of one unit and no weights, one step of them per call.
private struct OneUnit {
  private let sweep: GateSweepTests.Sweep
  private let variant: KernelVariant
  private let integers: [Int32]
  private let memory: [GuardedMemory]
  private static let units = 1 << 14

  init(_ sweep: GateSweepTests.Sweep, on isa: ISA) throws {
    self.sweep = sweep
    let kernel = try #require(KernelDescriptor.named(sweep.kernel))
    variant = try #require(KernelVariant(kernel, on: isa))
    let units = Int32(Self.units)
    var values: [String: Int32] = [
      "units": units, "blocks": units, "abreast": Int32(isa.lanes), "group": 1, "interleave": 1,
      "serpentine": 0, "sub": 1, "xp_stride": 0, "y_stride": units, "update": 0, "activation": 0,
      "parameter": 0,
    ]
    values.merge(sweep.integers) { $1 }
    integers = try kernel.integerNames.map { try #require(values[$0], "\($0) is new") }
    let extents = try #require(
      kernel.extents(
        integers, operandCount: kernel.operands.count, lanes: isa.lanes, steps: 1))
    memory = extents.map { GuardedMemory(count: $0) }
    for operand in memory { operand.words.update(repeating: 0) }
  }

  private func operand(_ name: String) -> UnsafeMutableBufferPointer<UInt32> {
    memory[variant.kernel.operands.firstIndex { $0.name == name }!].words
  }

  func run(_ arguments: [Float]) -> [Float] {
    stride(from: 0, to: arguments.count, by: Self.units).flatMap { start in
      step(arguments[start..<min(start + Self.units, arguments.count)])
    }
  }

  private func fill(
    _ words: Slice<UnsafeMutableBufferPointer<UInt32>>, _ value: GateSweepTests.Value,
    _ arguments: ArraySlice<Float>
  ) {
    switch value {
    case .fixed(let number): words.update(repeating: number.bitPattern)
    case .argument: _ = words.update(fromContentsOf: arguments.lazy.map(\.bitPattern))
    }
  }

  private func step(_ arguments: ArraySlice<Float>) -> [Float] {
    for (gate, value) in sweep.gates.enumerated() {
      fill(operand("xp")[(gate * Self.units)..<((gate + 1) * Self.units)], value, arguments)
    }
    for name in variant.kernel.operands.map(\.name) where ["h", "c", "bias_n"].contains(name) {
      fill(operand(name)[...], sweep.state[name] ?? 0, arguments)
    }
    variant.call(integers, memory.map { $0.bytes }, steps: 1)
    return operand(sweep.result).prefix(arguments.count).map { Float(bitPattern: $0) }
  }
}
