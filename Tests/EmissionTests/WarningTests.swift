import Compiler
import Emission
import Kernels
import TestSupport
import Testing

/// Emitted text compiles without a warning by every compiler that is there, at every level, and its
/// header as C++ too. (Other tests compile everything with gcc and clang at -O2.)
@Suite struct WarningTests {
  static let compilers = ["gcc", "gcc-12", "clang-14", "clang"].filter(Shell.has)
  static let models = EmissionModels.all.filter { "\($0)" == "spoken-digits" } + [.allLayers]
  static let flags = ["-std=gnu99", "-Wall", "-Wextra", "-Werror"]

  @Test(arguments: compilers.filter { $0 != "gcc" || !compilers.contains("gcc-12") }, models)
  func nothingIsWarnedOf(compiler: String, model: EmissionModels) throws {
    let x86 = ISA.all.filter { $0.target.hasPrefix("x86") }
    let graph = try model.load()
    let plans = try x86.prefix(3).map { try Compile.plan(graph, for: $0) }
    let folder = try TemporaryFolder()
    let emitted = try CEmitter(plans, prefix: "m", version: "test", hasThreads: true).emit()
    let sources = try emitted.write("m", to: folder)
    let main = ExecutableEmitter(plans, prefix: "m", hasThreads: true).source()
    try folder.write(main, to: "m_main.c")
    for (level, part) in [("-O2", 1), ("-O3", 2)] {
      let result = try Shell.run(
        [compiler] + Self.flags + [level, "-fopenmp", "-I.", "-c", sources[part], "m_main.c"]
          + (part == 1 ? [sources[0]] : []), in: folder)
      #expect(result == "")
    }
  }

  @Test(arguments: ["g++", "clang++"].filter(Shell.has), models)
  func theHeaderIsAlsoCPlusPlus(compiler: String, model: EmissionModels) throws {
    let plan = try Compile.plan(model.load(), for: ISA.named("scalar")!)
    let folder = try TemporaryFolder()
    let emitted = try CEmitter(plan, prefix: "m", version: "test", hasThreads: true).emit()
    _ = try emitted.write("m", to: folder)
    try folder.write(
      "#include \"m.h\"\nstd::size_t size() { return m_state_size(); }\n", to: "a.cc")
    let result = try Shell.run(
      [
        compiler, "-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-pedantic",
        "-fsyntax-only", "-include", "cstddef", "-I.", "a.cc",
      ], in: folder)
    #expect(result == "")
  }
}
