import Kernels
import Tensors
import Testing

/// What the sweeps cannot show: saturated gates, NaN, results in place of inputs, positions.
@Suite struct SpecialValueTests {
  static let isas = ISA.all.filter(\.runsHere)

  private func run(_ name: String, on isa: ISA, _ test: KernelCase) throws -> [[Float]] {
    let kernel = try #require(KernelDescriptor.named(name))
    let variant = try #require(KernelVariant(kernel, on: isa))
    return KernelRun(variant: variant, test: test).result().map {
      ($0 ?? []).map { Float(bitPattern: $0) }
    }
  }

  /// One step of LSTM units without recurrence: gates i f g o and c of each unit.
  private func lstm(_ units: [[Float]], on isa: ISA) throws -> (h: [Float], c: [Float]) {
    let count = units.count
    let xp = (0..<4).flatMap { g in units.map { $0[g] } }
    let u = [Float](repeating: 0, count: count * isa.lanes * 4)
    let all = try run(
      "recurrent_lstm_f32", on: isa,
      KernelCase(
        label: "gates", integers: [Int32(count), Int32(count), 1, 1, 1, 0, 0, Int32(count)],
        steps: 1,
        contents: [
          .floats(u), .floats(xp), .floats([Float](repeating: 0, count: count)),
          .floats(units.map { $0[4] }), .anything,
        ]))
    return (all[2], all[3])
  }

  /// The epilogue alone, over a grid of gate values: h within 4e-7, c within 7e-7 of max(1, |c|).
  @Test(arguments: isas) func epilogueOfLSTM(isa: ISA) throws {
    var random = SeededRandom(seed: 51)
    let units = (0..<20_000).map { i in
      random.floats(4, [0.01, 1, 8, 100][i % 4]) + random.floats(1, [0.1, 3][i % 2])
    }
    let (h, c) = try lstm(units, on: isa)
    var (worstH, worstC) = (0.0, 0.0)
    for (i, a) in units.enumerated() {
      let x = a.map(Double.init)
      let cell = sigmoid(x[1]) * x[4] + sigmoid(x[0]) * tanhOf(x[2])
      worstC = max(worstC, abs(Double(c[i]) - cell) / max(1, abs(cell)))
      worstH = max(worstH, abs(Double(h[i]) - sigmoid(x[3]) * tanhOf(cell)))
    }
    #expect(worstH <= 4e-7 && worstC <= 7e-7, "h \(worstH), c \(worstC)")
  }

  @Test(arguments: isas) func saturatedGatesKeepTheCell(isa: ISA) throws {
    let (big, inf) = (Float(1e4), Float.infinity)
    let (h, c) = try lstm(
      [
        [-big, big, 1, 0, 0.1234567], [-inf, inf, 1, 0, 1e30], [-inf, inf, 1, inf, inf],
        [0, 0, 0, 0, 0], [inf, -inf, inf, inf, 5], [.nan, 1, 1, 1, 1], [1, 1, 1, .nan, 1],
        [1, 1, .nan, 1, 1], [1, .nan, 1, 1, 1], [1, 1, 1, 1, .nan],
      ], on: isa)
    #expect(c[0] == 0.1234567 && c[1] == 1e30 && c[2] == inf)
    #expect(h[1] == 0.5 && h[2] == 1 && h[3] == 0 && c[3] == 0 && c[4] == 1)
    #expect(c[5].isNaN && h[5].isNaN && !c[6].isNaN && h[6].isNaN)
    #expect(c[7].isNaN && c[8].isNaN && c[9].isNaN && h[9].isNaN)
  }

  /// z saturated: h stays, bit for bit, over many steps; NaN in one block stays in that block.
  @Test(arguments: isas, ["recurrent_gru_after_f32", "recurrent_gru_before_f32"])
  func saturatedUpdateKeepsTheState(isa: ISA, name: String) throws {
    let (units, blocks, steps) = (14, 2, 50)
    var random = SeededRandom(seed: 52)
    var h = random.floats(units)
    h[9] = .nan
    let xp = (0..<steps).flatMap { _ in
      random.floats(units) + [Float](repeating: 90, count: units) + random.floats(units)
    }
    let panels = blocks * 7 * ((7 + isa.lanes - 1) / isa.lanes) * isa.lanes
    let zeros = { (count: Int) in KernelCase.Contents.floats([Float](repeating: 0, count: count)) }
    let after = name == "recurrent_gru_after_f32"
    let sizes: [Int32] = [14, 2, 1, 1, 2, 1] + (after ? [0, 42, 14] : [1, 0, 42, 14])
    let contents: [KernelCase.Contents] =
      after
      ? [zeros(3 * panels), .floats(xp), zeros(units), .floats(h), .anything]
      : [
        zeros(2 * panels), zeros(panels), .floats(xp), .floats(h), .anything, .anything, .anything,
      ]
    let all = try run(
      name, on: isa,
      KernelCase(
        label: "z = 1", integers: sizes, steps: steps, contents: contents))
    let final = all[3].map(\.bitPattern)
    #expect(Array(final[..<7]) == h[..<7].map(\.bitPattern))
    #expect(all[3][7...].allSatisfy { $0.isNaN })
  }

  /// An output may stand in the place of an input of the same stride.
  @Test(arguments: isas) func pointwiseInPlace(isa: ISA) throws {
    let kernel = try #require(KernelDescriptor.named("pointwise_f32"))
    let variant = try #require(KernelVariant(kernel, on: isa))
    let (width, steps) = (77, 3)
    var random = SeededRandom(seed: 53)
    let (a, b) = (random.floats(width * steps), random.floats(width * steps))
    var program = PointwiseCode(inputs: 2)
    let sum = program.add("add", 0, 1)
    let integers = program.integers(
      width: width, inputStrides: [width, width], outputStrides: [width, width],
      outputs: [sum, 0])
    let (first, second) = (GuardedMemory(count: a.count), GuardedMemory(count: b.count))
    _ = first.words.update(from: a.map(\.bitPattern))
    _ = second.words.update(from: b.map(\.bitPattern))
    // a and b become a + b and a.
    variant.call(
      integers, [first.bytes, second.bytes, first.bytes, second.bytes], steps: steps)
    #expect(Array(first.words) == zip(a, b).map { ($0 + $1).bitPattern })
    #expect(Array(second.words) == a.map(\.bitPattern))
  }

  /// The bits of an element do not depend on where in a row it stands.
  @Test(arguments: isas) func positionsGiveTheSameBits(isa: ISA) throws {
    var random = SeededRandom(seed: 54)
    let values = random.floats(150, 6)
    for opcode in Opcode.all where opcode.arguments == 1 {
      let whole = try OpcodeTests.run(opcode.name, [values], 0.5, on: isa)
      for start in [1, 3, 64, 70, 149] {
        let part = try OpcodeTests.run(opcode.name, [Array(values[start...])], 0.5, on: isa)
        #expect(
          part.map(\.bitPattern) == whole[start...].map(\.bitPattern), "\(opcode.name) at \(start)")
      }
    }
  }

  private func tanhOf(_ x: Double) -> Double { 2 * sigmoid(2 * x) - 1 }
}
