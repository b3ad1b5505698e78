import DataFiles
import Foundation
import Tensors
import TestSupport
import Testing

/// Programs for other processors, made by whichever cross compiler is there and run by an emulator,
/// against the recorded outputs of the framework that trained the models.
@Suite struct ForeignProgramsTests {
  struct Family: Sendable {
    let triple: String
    let emulator: String
    var isPresent: Bool { Shell.has(triple + "-gcc") && Shell.has(emulator) }
    var absence: Comment { "needs \(triple)-gcc and \(emulator)" }

    static let arm64 = Family(triple: "aarch64-linux-gnu", emulator: "qemu-aarch64")
    static let arm32 = Family(triple: "arm-linux-gnueabihf", emulator: "qemu-arm")
    static let riscv = Family(triple: "riscv64-linux-gnu", emulator: "qemu-riscv64")
  }

  static let models = ["chorales-rnn", "chorales-gru", "spoken-digits"]

  @Test(
    .enabled(if: Family.arm64.isPresent, Family.arm64.absence),
    arguments: ["armv8-a", "armv8.2-a+dotprod"], models)
  func arm64(target: String, model: String) throws {
    try check(.arm64, target, model)
  }

  @Test(
    .enabled(if: Family.arm32.isPresent, Family.arm32.absence),
    arguments: ["armv7-a+vfpv4"], models)
  func arm32(target: String, model: String) throws {
    try check(.arm32, target, model)
  }

  @Test(
    .enabled(if: Family.riscv.isPresent, Family.riscv.absence),
    arguments: ["riscv64", "rv64gcv"], models)
  func riscv(target: String, model: String) throws {
    // clang also has vectors for RISC-V, gcc 12 does not.
    let isClang = target == "rv64gcv" && Shell.has("clang")
    try check(.riscv, target, model, compiler: isClang ? "clang" : nil)
  }

  /// clang knows every processor; it takes headers and libraries from the cross gcc.
  @Test(
    .enabled(
      if: Family.arm64.isPresent && Shell.has("clang"), "needs clang and aarch64-linux-gnu-gcc"))
  func clangCompilesForOthers() throws {
    try check(.arm64, "armv8-a", "chorales-rnn", compiler: "clang")
  }

  private func check(
    _ family: Family, _ target: String, _ model: String, compiler: String? = nil
  ) throws {
    let folder = try TemporaryFolder()
    let models = SharedData.packageRoot.appendingPathComponent("Models/\(model)").path
    let run = try Tool.run(
      [
        "compile", "\(models)/model.yaml", "--emit", "exe", "-o", folder.path("program"),
        "--target", target,
      ], environment: compiler.map { ["CC": $0] } ?? [:])
    #expect(run.status == 0, "\(run.errors)")
    let golden = try NpzFile(path: "\(models)/golden.npz")
    let (input, output) = model == "spoken-digits" ? ("audio", "prob") : ("notes", "logits")
    try Npy.write(golden.tensor(named: input), to: folder.path("x.npy"))
    let vectors = target == "rv64gcv" ? ["-cpu", "rv64,v=true,vext_spec=v1.0"] : []
    try Shell.run(
      ["sh", "-c", "exec \"$@\" <x.npy >y.npy", "sh", family.emulator] + vectors
        + ["-L", "/usr/" + family.triple, "./program"], in: folder)
    let got = try Npy.read(path: folder.path("y.npy"))
    let want = try golden.tensor(named: output)
    #expect(got.shape == want.shape)
    let worst = zip(got.floats, want.floats).map { abs($0 - $1) / (1 + abs($1)) }.max() ?? 0
    #expect(worst < 2e-5, "\(target), \(model): \(worst)")
  }
}
