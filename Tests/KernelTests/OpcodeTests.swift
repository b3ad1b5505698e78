import Foundation
import Kernels
import Testing

/// Every opcode on every ISA against its equation in `Double`, swept over all of f32.
@Suite struct OpcodeTests {
  /// What one opcode computes, and its errors: |got - want| <= absolute + relative |want|. Results
  /// below the normal numbers may be zero.
  struct Opcodes {
    var name: String
    var parameter: Float = 0
    var relative = 0.0
    var absolute = 0.0
    var function: @Sendable (Double, Double) -> Double
  }

  /// `ulp` is 2^-23; a function that rounds once is off by half of it.
  private static let ulp = 0x1p-23

  private static let unary: [Opcodes] = [
    Opcodes(name: "linear") { x, _ in x },
    Opcodes(name: "tanh", relative: 3 * ulp) { x, _ in tanh(x) },
    Opcodes(name: "sigmoid", relative: 70 * ulp, absolute: 1e-38) { x, _ in sigmoid(x) },
    Opcodes(name: "relu") { x, _ in x.isNaN ? x : max(x, 0) },
    Opcodes(name: "softplus", relative: 70 * ulp, absolute: 1e-38) { x, _ in
      x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x)))
    },
    Opcodes(name: "softsign", relative: ulp) { x, _ in x / (1 + abs(x)) },
    Opcodes(name: "gelu", relative: 70 * ulp, absolute: 1e-37) { x, _ in
      0.5 * x * erfc(-x / 2.0.squareRoot())
    },
    Opcodes(name: "silu", relative: 70 * ulp, absolute: 1e-36) { x, _ in x * sigmoid(x) },
    Opcodes(name: "exp", relative: 2 * ulp, absolute: 3e-45) { x, _ in exp(x) },
    Opcodes(name: "sqrt", relative: ulp / 2) { x, _ in x.squareRoot() },
    Opcodes(name: "square", relative: ulp / 2, absolute: 1e-45) { x, _ in x * x },
    Opcodes(name: "abs") { x, _ in abs(x) },
    Opcodes(name: "hard_sigmoid", absolute: 2 * ulp) { x, _ in
      x.isNaN ? x : min(max(x + 3, 0), 6) / 6
    },
    Opcodes(name: "hard_sigmoid_02", absolute: ulp) { x, _ in
      x.isNaN ? x : min(max(0.2 * x + 0.5, 0), 1)
    },
    Opcodes(name: "clipped_relu", parameter: 20) { x, p in x.isNaN ? x : min(max(x, 0), p) },
    Opcodes(name: "leaky_relu", parameter: 0.01, relative: ulp / 2, absolute: 1e-45) { x, p in
      x < 0 ? p * x : x
    },
    Opcodes(name: "elu", parameter: 1.5, relative: 3 * ulp, absolute: 3e-45) { x, p in
      x < 0 ? p * expm1(x) : x
    },
    Opcodes(name: "log", relative: 2 * ulp) { x, p in x.isNaN ? x : log(max(x, p)) },
    Opcodes(name: "log", parameter: 0.125, relative: 2 * ulp) { x, p in
      x.isNaN ? x : log(max(x, p))
    },
    Opcodes(name: "log", parameter: -.infinity, relative: 2 * ulp) { x, _ in log(x) },
  ]

  private static let binary: [Opcodes] = [
    Opcodes(name: "add", relative: ulp / 2) { $0 + $1 },
    Opcodes(name: "subtract", relative: ulp / 2) { $0 - $1 },
    Opcodes(name: "multiply", relative: ulp / 2, absolute: 1e-45) { $0 * $1 },
    Opcodes(name: "divide", relative: ulp / 2, absolute: 1e-45) { $0 / $1 },
    Opcodes(name: "minimum") { a, b in a.isNaN || b.isNaN ? .nan : min(a, b) },
    Opcodes(name: "maximum") { a, b in a.isNaN || b.isNaN ? .nan : max(a, b) },
    Opcodes(name: "prelu", relative: ulp / 2, absolute: 1e-45) { x, s in x < 0 ? s * x : x },
  ]

  @Test func everyOpcodeHasAnEquation() {
    #expect(Set(Opcode.all.filter { $0.arguments == 1 }.map(\.name)) == Set(Self.unary.map(\.name)))
    #expect(
      Set(Opcode.all.filter { $0.arguments == 2 }.map(\.name)) == Set(Self.binary.map(\.name)))
    #expect(Opcode.all.map(\.index) == Array(Opcode.all.indices))
    #expect(Opcode.at(-1) == nil && Opcode.at(Opcode.all.count) == nil)
  }

  /// Every 65521st float from zero to NaN, of both signs, and the whole range where activations bend.
  private static let sweep: [Float] = {
    let patterns = stride(from: UInt32(0), to: .max - 65521, by: 65521)
    let near = stride(from: Float(-30), to: 30, by: 0.0071)
    let special: [Float] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0x1p-149, -0x1p-149, 0x1p-126, 88.7, 89, -87.4,
      -103.9,
      -104.5, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 127, 128, -126, 1e10,
    ]
    return patterns.map { Float(bitPattern: $0) } + near + special
  }()

  @Test(arguments: ISA.all.filter(\.runsHere)) func unaryOpcodes(isa: ISA) throws {
    for opcode in Self.unary {
      let results = try Self.run(opcode.name, [Self.sweep], opcode.parameter, on: isa)
      expect(opcode, zip(Self.sweep, results).map { ($0, opcode.parameter, $1) }, isa)
    }
  }

  @Test(arguments: ISA.all.filter(\.runsHere)) func binaryOpcodes(isa: ISA) throws {
    let some = Self.sweep.indices.filter { $0 % 487 == 0 }.map { Self.sweep[$0] } + [.nan, 0, -0.0]
    let left = some.flatMap { a in some.map { _ in a } }
    let right = some.flatMap { _ in some }
    for opcode in Self.binary {
      let results = try Self.run(opcode.name, [left, right], 0, on: isa)
      expect(opcode, zip(zip(left, right), results).map { ($0.0, $0.1, $1) }, isa)
    }
  }

  /// Reports the first and counts the rest.
  private func expect(_ opcode: Opcodes, _ triples: [(Float, Float, Float)], _ isa: ISA) {
    let wrong = triples.filter { a, b, got in
      let want = opcode.function(Double(a), Double(b))
      let rows = Expectation(
        operand: 0, stride: 0, rows: [], absolute: opcode.absolute, relative: opcode.relative)
      return !rows.holds(got, want)
    }
    let text = wrong.first.map { a, b, got in
      "\(opcode.name)(\(a), \(b)) = \(got), not \(opcode.function(Double(a), Double(b)))"
    }
    #expect(wrong.isEmpty, "\(isa.name): \(wrong.count) wrong, first \(text ?? "")")
  }

  @Test(arguments: ISA.all.filter(\.runsHere)) func exactPoints(isa: ISA) throws {
    func value(_ name: String, _ x: Float) throws -> Float {
      try Self.run(name, [[x]], 0, on: isa)[0]
    }
    #expect(try value("tanh", 0) == 0)
    #expect(try value("tanh", .infinity) == 1 && value("tanh", -.infinity) == -1)
    #expect(try value("sigmoid", 0) == 0.5)
    #expect(try value("sigmoid", .infinity) == 1 && value("sigmoid", -.infinity) == 0)
    #expect(try value("exp", 0) == 1 && value("log", 1) == 0 && value("log", 0) == -.infinity)
    #expect(try value("gelu", 0) == 0 && value("hard_sigmoid", 3) == 1)
  }

  /// One opcode over whole arrays.
  static func run(
    _ name: String, _ inputs: [[Float]], _ parameter: Float, on isa: ISA
  ) throws -> [Float] {
    let count = inputs[0].count
    var program = PointwiseCode(inputs: inputs.count)
    let result = program.add(name, 0, inputs.count - 1, parameter: parameter)
    let kernel = try #require(KernelDescriptor.named("pointwise_f32"))
    let variant = try #require(KernelVariant(kernel, on: isa))
    let test = KernelCase(
      label: name,
      integers: program.integers(
        width: count, inputStrides: inputs.map { _ in count }, outputStrides: [count],
        outputs: [result]),
      steps: 1, contents: inputs.map { .floats($0) } + [.anything])
    return KernelRun(variant: variant, test: test).result().last!!.map { Float(bitPattern: $0) }
  }
}
