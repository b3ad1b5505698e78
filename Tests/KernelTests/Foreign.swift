import Foundation
import Kernels
import Testing

/// An architecture whose programs are built by a cross compiler and run by an emulator.
struct Foreign: Sendable, CustomTestStringConvertible {
  let isa: String
  let compiler: String
  let emulator: String
  /// Whether its vectors count subnormal numbers as zero.
  let flushes: Bool

  static let arm64 = Foreign(
    isa: "neon", compiler: "aarch64-linux-gnu-gcc", emulator: "qemu-aarch64", flushes: false)
  static let arm32 = Foreign(
    isa: "neon32", compiler: "arm-linux-gnueabihf-gcc", emulator: "qemu-arm", flushes: true)

  var isPresent: Bool {
    [compiler, emulator].allSatisfy {
      Toolchain.run("/usr/bin/env", [$0, "--version"]).status == 0
    }
  }
  var absence: Comment { "needs \(compiler) and \(emulator)" }
  var testDescription: String { isa }
  var row: ISA { ISA.named(isa)! }
}

/// A program that runs cases of the variant of a foreign architecture.
struct ForeignRunner {
  private let foreign: Foreign
  private let folder: URL

  /// Builds the program in `folder`.
  init(_ foreign: Foreign, in folder: URL) throws {
    self.foreign = foreign
    self.folder = folder
    let made = Toolchain.compile(
      foreign.compiler,
      [
        "-O2", "-static", "-DFUNCTIONS=ck_functions_\(foreign.isa)",
        "-I", Toolchain.sources.appending(path: "include").path,
        "-o", folder.appending(path: "program").path,
        Toolchain.programs.appending(path: "run_cases.c").path,
        Toolchain.sources.appending(path: "variants/\(foreign.isa).c").path,
      ])
    try #require(made.status == 0, "\(made.text)")
  }

  /// What all operands hold before and after each case.
  func run(
    _ kernel: KernelDescriptor, _ cases: [KernelCase]
  ) throws -> [(before: [[UInt32]?], after: [[UInt32]?])] {
    let before = try cases.map { try memory(kernel, $0) }
    var words: [UInt32] = []
    for (test, memory) in zip(cases, before) {
      words += [UInt32(kernel.index), UInt32(test.steps), UInt32(test.integers.count)]
      words += test.integers.map { UInt32(bitPattern: $0) }
      words.append(UInt32(memory.count))
      for operand in memory {
        words.append(operand.map { UInt32($0.count) } ?? .max)
        words += operand ?? []
      }
    }
    var results = try run(words)[...]
    return before.map { memory in
      (memory, memory.map { operand in operand.map { take($0.count, of: &results) } })
    }
  }

  private func take(_ count: Int, of words: inout ArraySlice<UInt32>) -> [UInt32] {
    defer { words = words.dropFirst(count) }
    return Array(words.prefix(count))
  }

  private func run(_ words: [UInt32]) throws -> [UInt32] {
    try words.withUnsafeBytes { try Data($0).write(to: folder.appending(path: "cases")) }
    let ran = Toolchain.run(
      "/usr/bin/env", ["-C", folder.path, foreign.emulator, "./program"])
    try #require(ran.status == 0, "exit code \(ran.status): \(ran.text)")
    let data = try Data(contentsOf: folder.appending(path: "results"))
    return data.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
  }

  /// The operands as the case says; what it leaves open holds a pattern.
  private func memory(_ kernel: KernelDescriptor, _ test: KernelCase) throws -> [[UInt32]?] {
    let extents = try #require(
      kernel.extents(
        test.integers, operandCount: test.contents.count, lanes: foreign.row.lanes,
        steps: test.steps))
    return zip(test.contents, extents).map { contents, extent in
      switch contents {
      case .absent: nil
      case .anything: [UInt32](repeating: GuardedMemory.pattern, count: extent)
      case .floats(let values): values.map(\.bitPattern)
      case .integers(let values): values.map { UInt32(bitPattern: $0) }
      case .pairs(let words): words
      }
    }
  }
}
