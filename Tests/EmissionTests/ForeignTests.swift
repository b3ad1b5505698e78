import Compiler
import Emission
import Foundation
import Kernels
import Plan
import TestSupport
import Testing

/// Emitted C on 64-bit ARM: the plain layers give the bits of this machine, NEON, which fuses its
/// multiply-adds, agrees with them.
@Suite(
  .enabled(
    if: Shell.has("aarch64-linux-gnu-gcc") && Shell.has("qemu-aarch64"),
    "needs aarch64-linux-gnu-gcc and qemu-aarch64"))
struct ForeignTests {
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

  /// Everything on NEON; the plain layers, whose text other tests compile for ARM, on real models.
  static let cases: [Case] = EmissionModels.all.flatMap { model -> [Case] in
    let isas = if case .file = model { ["neon", "generic16", "scalar"] } else { ["neon"] }
    return isas.map { Case(model: model, isa: $0) }
  }

  @Test(arguments: cases)
  func armAgrees(test: Case) throws {
    let (model, isa) = (test.model, test.isa)
    let graph = try model.load()
    guard graph.inputs.count == 1, graph.outputs.count == 1 else { return }
    let plan = try Compile.plan(graph, for: ISA.named(isa)!)
    let inputs = RuntimeRun.inputs(of: plan, steps: Self.steps)
    let got = try runOnARM(plan, inputs[0])
    let plain = ISA.named(isa == "generic16" ? "generic16" : "scalar")!
    let want = try RuntimeRun.outputs(
      Compile.plan(graph, for: plain), plain, inputs, steps: Self.steps)[0]
    if isa == "neon" {
      expectClose(
        got.map { Double(Float(bitPattern: $0)) }, want.map { Double(Float(bitPattern: $0)) },
        absolute: 2e-5)
    } else {
      let agrees = got == want
      #expect(agrees, "\(model) on \(isa)")
    }
  }

  private func runOnARM(_ plan: Plan, _ input: [UInt32]) throws -> [UInt32] {
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
        "aarch64-linux-gnu-gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static",
        "-I.", "-DSTEPS=\(Self.steps)", "-DINPUTS=\(plan.inputs[0].width)",
        "-DOUTPUTS=\(plan.outputs[0].width)", "-o", "program", "main.c", "m.c",
      ], in: folder)
    try Shell.run(["qemu-aarch64", "./program"], in: folder)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("out.f32"))))
    return stride(from: 0, to: bytes.count, by: 4).map { at in
      (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
    }
  }
}
