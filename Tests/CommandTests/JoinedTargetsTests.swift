import Foundation
import Kernels
import TestSupport
import Testing

/// One program for several instruction sets, and programs with threads, from the command line.
@Suite struct JoinedTargetsTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private static let frames = Fixtures.rawBytes(Fixtures.numbers([90, 8]).floats)

  private func program(_ target: String, _ flags: String...) throws -> String {
    let folder = fixtures.path("out-\(target.count)-\(flags.count)")
    let run = try Tool.run(
      [
        "compile", fixtures.spotter(), "--emit", "c,exe", "-o", folder, "--prefix", "kws",
        "--target", target,
      ] + flags)
    #expect(run.status == 0, "\(run.errors)")
    return folder + "/kws"
  }

  private func results(_ command: String) throws -> Tool.Run {
    try Tool.shell(command, input: Self.frames)
  }

  private static let runsAVX2 = ISA.named("avx2")!.runsHere
  private static let emulates = Shell.has("qemu-x86_64")

  @Test(.enabled(if: runsAVX2, "needs AVX2")) func theBestOneRuns() throws {
    let joined = try program("x86-64-v2,x86-64-v3")
    let names = try FileManager.default.contentsOfDirectory(
      atPath: URL(fileURLWithPath: joined).deletingLastPathComponent().path)
    #expect(names.sorted() == ["kws", "kws.c", "kws.h", "kws_avx2.c", "kws_generic16.c"])
    let want = try results("exec '\(program("x86-64-v3"))'")
    #expect(want.output.count == 90 * 3 * 4)
    #expect(try results("exec '\(joined)'").output == want.output)
  }

  /// A processor of 2008, and one that has AVX2.
  @Test(.enabled(if: emulates, "needs qemu-x86_64")) func olderProcessorsRunWhatTheyHave() throws {
    let joined = try program("x86-64-v4,x86-64-v3,x86-64-v2")
    for (processor, target) in [("Nehalem", "x86-64-v2"), ("Haswell", "x86-64-v3")] {
      let want = try results("qemu-x86_64 -cpu \(processor) '\(program(target))' 2>/dev/null")
      #expect(want.output.count == 90 * 3 * 4)
      let got = try results("qemu-x86_64 -cpu \(processor) '\(joined)' 2>/dev/null")
      #expect(got.output == want.output, "\(processor)")
    }
    for target in ["x86-64-v4,x86-64-v3", "x86-64-v3"] {
      let refused = try results("qemu-x86_64 -cpu Nehalem '\(program(target))'")
      #expect(refused.status == 69, "\(target)")
      #expect(refused.errors.contains("this processor"))
    }
  }

  @Test(arguments: [
    ["--emit", "c", "--target", "armv8-a,armv8.2-a+dotprod"],
    ["--emit", "c", "--target", "x86-64-v3,armv8-a"],
    ["--emit", "c", "--target", "x86-64-v3,x86-64-v3"], ["--target", "x86-64-v3,x86-64-v2"],
    ["--emit", "c", "--target", "x86-64-v3,"], ["--openmp"],
  ])
  func whatCannotBeJoinedIs64(flags: [String]) throws {
    let run = try Tool.run(["compile", fixtures.spotter(), "-o", fixtures.path("o")] + flags)
    #expect(run.status == 64, "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: fixtures.path("o")))
  }

  @Test func otherVerbsTakeOneTarget() throws {
    let run = try Tool.run("bench", fixtures.spotter(), "--target", "x86-64-v3,x86-64-v2")
    #expect(run.status == 64)
    #expect(run.errors.contains("several targets"))
  }

  @Test(.enabled(if: Shell.has("gcc"), "needs gcc and its OpenMP")) func programsTakeThreads()
    throws
  {
    let threaded = try program("generic", "--openmp")
    let header = try String(contentsOfFile: threaded + ".h", encoding: .utf8)
    #expect(header.contains("int kws_run_threads("))
    let want = try results("exec '\(program("generic"))'")
    for threads in ["", "-t 1", "-t 3"] {
      let got = try results("exec '\(threaded)' \(threads)")
      #expect(got.status == 0, "\(got.errors)")
      #expect(got.output == want.output && got.output.count == 90 * 3 * 4)
    }
    for wrong in ["-t 0", "-t x", "-t 1000"] {
      #expect(try results("exec '\(threaded)' \(wrong)").status == 64)
    }
  }
}
