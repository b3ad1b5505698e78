import Foundation
import Kernels
import Testing

/// Every row of `kernels.def` on NEON, run by an emulator, against the same loops in `Double` and
/// within the same errors as the variants of this machine.
@Suite struct ForeignTests {
  @Test(.enabled(if: Foreign.arm64.isPresent, Foreign.arm64.absence))
  func everyRowOn64BitARM() throws { try everyRow(.arm64) }

  @Test(.enabled(if: Foreign.arm32.isPresent, Foreign.arm32.absence))
  func everyRowOn32BitARM() throws { try everyRow(.arm32) }

  private func everyRow(_ foreign: Foreign) throws {
    try Toolchain.withFolder { folder in
      let runner = try ForeignRunner(foreign, in: folder)
      for subject in RegistryTests.subjects {
        let kernel = try #require(KernelDescriptor.named(subject.kernel))
        let cases = subject.cases(lanes: foreign.row.lanes)
        for (test, (before, after)) in zip(cases, try runner.run(kernel, cases)) {
          expect(kernel, test, before, after)
        }
      }
    }
  }

  private func expect(
    _ kernel: KernelDescriptor, _ test: KernelCase, _ before: [[UInt32]?], _ after: [[UInt32]?]
  ) {
    let expected = test.expected()
    for i in before.indices where !test.scratch.contains(i) {
      let failure = RegistryTests.difference(
        before[i] ?? [], after[i] ?? [], expected.first { $0.operand == i })
      #expect(failure == nil, "\(kernel.name) \(test.label), operand \(i)")
    }
  }

  @Test(.enabled(if: Foreign.arm64.isPresent, Foreign.arm64.absence))
  func everyActivationOn64BitARM() throws { try everyActivation(.arm64) }

  @Test(.enabled(if: Foreign.arm32.isPresent, Foreign.arm32.absence))
  func everyActivationOn32BitARM() throws { try everyActivation(.arm32) }

  private func everyActivation(_ foreign: Foreign) throws {
    try Toolchain.withFolder { folder in
      let runner = try ForeignRunner(foreign, in: folder)
      let kernel = try #require(KernelDescriptor.named("pointwise_f32"))
      for opcode in Opcodes.unary {
        let inputs = FloatSweep.coarse
        let test = OpcodeTests.test(opcode.name, [inputs], opcode.parameter)
        let results = try runner.run(kernel, [test])[0].after.last!!
        let wrong = inputs.indices.filter {
          let got = Float(bitPattern: results[$0])
          return !opcode.holds(got, at: inputs[$0], flushing: foreign.flushes)
        }
        #expect(
          wrong.isEmpty,
          "\(opcode.name): \(wrong.count) wrong, first at \(wrong.first.map { inputs[$0] } ?? 0)")
      }
    }
  }
}
