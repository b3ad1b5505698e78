import Compiler
import Emission
import Foundation
import Kernels
import Plan
import TestSupport
import Testing

/// Emitted C on ARM: the plain layers give the bits of this machine, NEON, which fuses its
/// multiply-adds, agrees with them.
@Suite struct ForeignTests {
  struct Architecture: Sendable {
    let compiler: String
    let emulator: String
    let neon: String
    var isPresent: Bool { Shell.has(compiler) && Shell.has(emulator) }
    var absence: Comment { "needs \(compiler) and \(emulator)" }

    static let arm64 = Architecture(
      compiler: "aarch64-linux-gnu-gcc", emulator: "qemu-aarch64", neon: "neon")
    static let arm32 = Architecture(
      compiler: "arm-linux-gnueabihf-gcc", emulator: "qemu-arm", neon: "neon32")
  }

  static let steps = 70

  /// Half of the steps by one call of `run`, the rest by `step`.
  private static let program = """
    #include "m.h"
    #include <stdio.h>
    #include <stdlib.h>
    int main(void) {
      static float in[INPUTS * STEPS], out[OUTPUTS * STEPS];
      void *state = aligned_alloc(64, (m_state_size() + 63) / 64 * 64);
      void *scratch = aligned_alloc(64, (m_scratch_size() + 63) / 64 * 64);
      FILE *file = fopen("in.f32", "rb");
      if (!file || fread(in, sizeof in, 1, file) != 1) return 1;
      fclose(file);
      if (m_init(state, m_state_size()) != 0) return 2;
      if (m_run(state, scratch, in, out, STEPS / 2) != 0) return 3;
      for (int t = STEPS / 2; t < STEPS; t++)
        if (m_step(state, scratch, in + t * INPUTS, out + t * OUTPUTS) != 0) return 4;
      file = fopen("out.f32", "wb");
      return !file || fwrite(out, sizeof out, 1, file) != 1 || fclose(file) != 0;
    }

    """

  struct Case: Sendable, CustomTestStringConvertible {
    let model: EmissionModels
    let isa: String
    var testDescription: String { "\(model) on \(isa)" }
  }

  /// Everything of the project's own on one of both NEONs; the plain layers, whose text other tests
  /// compile for ARM, on every other real model. The tolerance is for sums of some hundred products:
  /// the shared vocoder's 1024 differ by up to 2.4e-5 after 70 steps (its recordings allow 1e-4).
  static func cases(_ neon: String) -> [Case] {
    let turn = neon == Architecture.arm64.neon ? 0 : 1
    return EmissionModels.own.enumerated().flatMap { i, model -> [Case] in
      guard i % 2 == turn else { return [] }
      let isas = if case .file = model { [neon, "generic16", "scalar"] } else { [neon] }
      return isas.map { Case(model: model, isa: $0) }
    }
  }

  @Test(
    .enabled(if: Architecture.arm64.isPresent, Architecture.arm64.absence),
    arguments: cases("neon"))
  func arm64Agrees(test: Case) throws { try agrees(test, on: .arm64) }

  @Test(
    .enabled(if: Architecture.arm32.isPresent, Architecture.arm32.absence),
    arguments: cases("neon32"))
  func arm32Agrees(test: Case) throws { try agrees(test, on: .arm32) }

  private func agrees(_ test: Case, on architecture: Architecture) throws {
    let (model, isa) = (test.model, test.isa)
    let graph = try model.load()
    guard graph.inputs.count == 1, graph.outputs.count == 1 else { return }
    let plan = try Compile.plan(graph, for: ISA.named(isa)!)
    let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
    let got = try run(plan, inputs[0], on: architecture)
    let plain = ISA.named(isa == "generic16" ? "generic16" : "scalar")!
    let want = try RuntimeRun.outputs(
      Compile.plan(graph, for: plain), plain, inputs, steps: Self.steps)[0]
    if isa == architecture.neon {
      expectClose(
        got.map { Double(Float(bitPattern: $0)) }, want.map { Double(Float(bitPattern: $0)) },
        absolute: 2e-5)
    } else {
      let agrees = got == want
      #expect(agrees, "\(model) on \(isa)")
    }
  }

  private func run(
    _ plan: Plan, _ input: [UInt32], on architecture: Architecture
  ) throws -> [UInt32] {
    let folder = try TemporaryFolder()
    let emitted = try CEmitter(plan, prefix: "m", version: "test").emit()
    try folder.write(emitted.source, to: "m.c")
    try folder.write(emitted.header, to: "m.h")
    if let weights = emitted.weights { try folder.write(weights, to: "m.weights") }
    try folder.write(Self.program, to: "main.c")
    try folder.write(
      input.flatMap { word in (0..<4).map { UInt8(word >> (8 * $0) & 255) } }, to: "in.f32")
    try Shell.run(
      [
        architecture.compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static",
        "-I.", "-DSTEPS=\(Self.steps)", "-DINPUTS=\(plan.inputs[0].width)",
        "-DOUTPUTS=\(plan.outputs[0].width)", "-o", "program", "main.c", "m.c",
      ], in: folder)
    try Shell.run([architecture.emulator, "./program"], in: folder)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("out.f32"))))
    return stride(from: 0, to: bytes.count, by: 4).map { at in
      (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
    }
  }
}
