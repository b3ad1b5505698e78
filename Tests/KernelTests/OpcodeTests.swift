import CKernels
import Foundation
import Kernels
import Testing

/// Every opcode on every ISA against its equation in `Double`, swept over all of f32.
@Suite struct OpcodeTests {
  private static let binary: [Opcodes] = [
    Opcodes("add", error: Opcodes.ulps(0.5)) { $0 + $1 },
    Opcodes("subtract", error: Opcodes.ulps(0.5)) { $0 - $1 },
    Opcodes("multiply", error: Opcodes.ulps(0.5)) { $0 * $1 },
    Opcodes("divide", error: Opcodes.ulps(0.5)) { $0 / $1 },
    Opcodes("minimum") { a, b in a.isNaN || b.isNaN ? .nan : min(a, b) },
    Opcodes("maximum") { a, b in a.isNaN || b.isNaN ? .nan : max(a, b) },
    Opcodes("prelu", error: Opcodes.ulps(0.5)) { x, s in x < 0 ? s * x : x },
  ]

  @Test func everyOpcodeHasAnEquation() {
    #expect(
      Set(Opcode.all.filter { $0.arguments == 1 }.map(\.name)) == Set(Opcodes.unary.map(\.name)))
    #expect(
      Set(Opcode.all.filter { $0.arguments == 2 }.map(\.name)) == Set(Self.binary.map(\.name)))
    #expect(Opcode.all.map(\.index) == Array(Opcode.all.indices))
    #expect(Opcode.at(-1) == nil && Opcode.at(Opcode.all.count) == nil)
  }

  /// Each equation once, each ISA against it.
  @Test(arguments: Opcodes.unary.indices) func unaryOpcodes(index: Int) throws {
    let opcode = Opcodes.unary[index]
    let parameter = Double(opcode.parameter)
    let wants = FloatSweep.whole.map { opcode.function(Double($0), parameter) }
    for isa in ISA.all where isa.runsHere {
      let results = try Self.run(opcode.name, [FloatSweep.whole], opcode.parameter, on: isa)
      let wrong = FloatSweep.whole.indices.filter {
        !opcode.holds(results[$0], Double(FloatSweep.whole[$0]), wants[$0])
      }
      expectNone(wrong, isa) {
        "\(opcode.name)(\(FloatSweep.whole[$0])) = \(results[$0]), not \(wants[$0])"
      }
    }
  }

  /// As programs call them: subnormal numbers count as zero, in arguments and results.
  @Test(arguments: ISA.all.filter(\.runsHere)) func unaryOpcodesThatFlush(isa: ISA) throws {
    for opcode in Opcodes.unary {
      let inputs = FloatSweep.coarse
      let mode = ck_enter()
      let results = try Self.run(opcode.name, [inputs], opcode.parameter, on: isa)
      ck_leave(mode)
      let wrong = inputs.indices.filter {
        !opcode.holds(results[$0], at: inputs[$0], flushing: true)
      }
      expectNone(wrong, isa) { "\(opcode.name)(\(inputs[$0])) = \(results[$0])" }
    }
  }

  @Test(arguments: ISA.all.filter(\.runsHere)) func binaryOpcodes(isa: ISA) throws {
    let some =
      FloatSweep.coarse.indices.filter { $0 % 487 == 0 }.map { FloatSweep.coarse[$0] }
      + [.nan, 0, -0.0]
    let left = some.flatMap { a in some.map { _ in a } }
    let right = some.flatMap { _ in some }
    for opcode in Self.binary {
      let results = try Self.run(opcode.name, [left, right], 0, on: isa)
      let wants = zip(left, right).map { opcode.function(Double($0), Double($1)) }
      let wrong = left.indices.filter { !opcode.holds(results[$0], Double(left[$0]), wants[$0]) }
      expectNone(wrong, isa) {
        "\(opcode.name)(\(left[$0]), \(right[$0])) = \(results[$0]), not \(wants[$0])"
      }
    }
  }

  /// Reports the first and counts the rest.
  private func expectNone(_ wrong: [Int], _ isa: ISA, _ text: (Int) -> String) {
    #expect(
      wrong.isEmpty, "\(isa.name): \(wrong.count) wrong, first \(wrong.first.map(text) ?? "")")
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
    let kernel = try #require(KernelDescriptor.named("pointwise_f32"))
    let variant = try #require(KernelVariant(kernel, on: isa))
    let run = KernelRun(variant: variant, test: test(name, inputs, parameter))
    return run.result().last!!.map { Float(bitPattern: $0) }
  }

  static func test(_ name: String, _ inputs: [[Float]], _ parameter: Float) -> KernelCase {
    let count = inputs[0].count
    var program = PointwiseCode(inputs: inputs.count)
    let result = program.add(name, 0, inputs.count - 1, parameter: parameter)
    return KernelCase(
      label: name,
      integers: program.integers(
        width: count, inputStrides: inputs.map { _ in count }, outputStrides: [count],
        outputs: [result]),
      steps: 1, contents: inputs.map { .floats($0) } + [.anything])
  }
}
