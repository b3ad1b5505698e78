import CKernels
import Foundation
import Kernels
import Testing

/// The kernels' own text: complete, compiled alone by gcc and clang, and giving the library's bits.
@Suite struct SourceTextTests {
  struct Build: CustomTestStringConvertible, Sendable {
    let compiler: String
    let isa: ISA
    var testDescription: String { "\(isa.name) with \(compiler)" }
  }

  static let builds = Toolchain.compilers.flatMap { compiler in
    ISA.all.filter(\.runsHere).map { Build(compiler: compiler, isa: $0) }
  }

  @Test func aCompilerIsHere() {
    #expect(!Toolchain.compilers.isEmpty, "neither gcc nor clang: 'make setup' installs gcc")
  }

  @Test func everyFileIsEmbedded() throws {
    for folder in ["kernels", "isa"] {
      let names = try FileManager.default.contentsOfDirectory(
        atPath: Toolchain.sources.appending(path: folder).path)
      let texts = Set(names.map { "\(folder)/\($0)" })
      // These two are the library's own way in.
      let pasted = texts.subtracting(["kernels/all-inl.h", "kernels/entries-inl.h"])
      #expect(pasted == Set(KernelSource.paths.filter { $0.hasPrefix(folder) }))
      for path in pasted {
        let file = try String(contentsOf: Toolchain.sources.appending(path: path), encoding: .utf8)
        #expect(KernelSource.text(path) == file)
      }
    }
    #expect(KernelSource.text("kernels/nothing-inl.h") == nil)
  }

  @Test(arguments: builds)
  func textCompilesAlone(build: Build) throws {
    try Toolchain.withFolder { folder in
      let (source, object) = (folder.appending(path: "k.c"), folder.appending(path: "k.o"))
      let end = KernelSource.text("isa/end-inl.h")!
      try (Toolchain.text(of: build.isa) + "int unused;\n" + end).write(
        to: source, atomically: true, encoding: .utf8)
      let made = Toolchain.compile(
        build.compiler, ["-O2", "-pedantic", "-c", source.path, "-o", object.path])
      #expect(made.status == 0, "\(made.text)")
    }
  }

  /// Other architectures have the portable layers; no library is needed to check the text.
  @Test(
    .enabled(if: Toolchain.compilers.contains("clang")),
    arguments: [
      "aarch64-linux-gnu", "armv7a-linux-gnueabihf", "riscv64-linux-gnu", "i686-linux-gnu",
    ])
  func portableLayersAreLegalElsewhere(target: String) throws {
    for isa in ISA.all where ["generic16", "scalar"].contains(isa.name) {
      try Toolchain.withFolder { folder in
        let source = folder.appending(path: "k.c")
        try Toolchain.text(of: isa).write(to: source, atomically: true, encoding: .utf8)
        let made = Toolchain.compile(
          "clang", ["-target", target, "-ffreestanding", "-fsyntax-only", source.path])
        #expect(made.status == 0, "\(made.text)")
      }
    }
  }

  /// Each function of the vector layer against its meaning, in a C program of its own.
  @Test(arguments: builds)
  func vectorLayerMeansWhatItSays(build: Build) throws {
    try checkVectorLayer(of: build.isa, compiler: build.compiler, flags: [], runner: nil)
  }

  @Test(
    .enabled(if: Foreign.arm64.isPresent, Foreign.arm64.absence), arguments: ["-O0", "-O2"])
  func neonMeansWhatItSays(level: String) throws { try checkVectorLayer(of: .arm64, level) }

  @Test(
    .enabled(if: Foreign.arm32.isPresent, Foreign.arm32.absence), arguments: ["-O0", "-O2"])
  func neon32MeansWhatItSays(level: String) throws { try checkVectorLayer(of: .arm32, level) }

  private func checkVectorLayer(of foreign: Foreign, _ level: String) throws {
    try checkVectorLayer(
      of: foreign.row, compiler: foreign.compiler, flags: ["-static", level],
      runner: foreign.emulator)
  }

  private func checkVectorLayer(
    of isa: ISA, compiler: String, flags: [String], runner: String?
  ) throws {
    try Toolchain.withFolder { folder in
      let (source, program) = (folder.appending(path: "v.c"), folder.appending(path: "v"))
      let check = try String(
        contentsOf: Toolchain.programs.appending(path: "vector_layer.c"), encoding: .utf8)
      let end = KernelSource.text("isa/end-inl.h")!
      try (Toolchain.text(of: isa) + check + end).write(
        to: source, atomically: true, encoding: .utf8)
      let made = Toolchain.compile(
        compiler, ["-O2"] + flags + [source.path, "-o", program.path, "-lm"])
      #expect(made.status == 0, "\(made.text)")
      let ran =
        runner.map { Toolchain.run("/usr/bin/env", [$0, program.path]) }
        ?? Toolchain.run(program.path, [])
      #expect(ran.status == 0, "\(ran.text)")
    }
  }

  /// The environment variable forces a row, or fails.
  @Test(arguments: Toolchain.compilers.prefix(1)) func environmentForces(compiler: String) throws {
    try Toolchain.withFolder { folder in
      let program = folder.appending(path: "preferred")
      let variants = ISA.all.map { "variants/\($0.name).c" }
      let files = (["dispatch.c", "cpu_features.c", "contracts.c"] + variants).map {
        Toolchain.sources.appending(path: $0).path
      }
      let made = Toolchain.compile(
        compiler,
        ["-O0", "-I", Toolchain.sources.appending(path: "include").path] + files
          + [Toolchain.programs.appending(path: "preferred.c").path, "-o", program.path])
      #expect(made.status == 0, "\(made.text)")
      func preferred(_ name: String) -> String {
        Toolchain.run(program.path, [], environment: ["RNNC_ISA": name]).text
      }
      for isa in ISA.all { #expect(preferred(isa.name) == (isa.runsHere ? isa.name : "none")) }
      #expect(preferred("avx9") == "none")
      #expect(preferred("") == ISA.all.first { $0.runsHere }?.name)
    }
  }

  /// A variant that any compiler built calls nothing but memcpy's family, and gives the library's
  /// bits in every case of every kernel.
  @Test(arguments: builds) func anyCompilerGivesTheSameBits(build: Build) throws {
    try Toolchain.withFolder { folder in
      let (object, library) = (folder.appending(path: "v.o"), folder.appending(path: "v.so"))
      let source = Toolchain.sources.appending(path: "variants/\(build.isa.name).c")
      let include = Toolchain.sources.appending(path: "include")
      let made = Toolchain.compile(
        build.compiler,
        ["-O2", "-fPIC", "-I", include.path, "-c", source.path, "-o", object.path])
      #expect(made.status == 0, "\(made.text)")
      let names = Toolchain.run("/usr/bin/env", ["nm", "-u", object.path]).text
        .split(whereSeparator: \.isWhitespace).filter { $0 != "U" }.map(String.init)
      let allowed = ["memcpy", "memmove", "memset", "_GLOBAL_OFFSET_TABLE_"]
      #expect(Set(names).isSubset(of: allowed), "\(names)")
      let linked = Toolchain.compile(
        build.compiler, ["-shared", object.path, "-o", library.path])
      #expect(linked.status == 0, "\(linked.text)")
      try expectSameBits(library, build.isa)
    }
  }

  /// Products of bf16 pairs by their own instruction, which few processors have: emulated, against
  /// loops in `Double` over rounded inputs.
  @Test(
    .enabled(if: ISA.named("avx512")!.runsHere, "needs AVX-512"), arguments: Toolchain.compilers)
  func emulatedPairsMeetTheEquations(compiler: String) throws {
    let (isa, here) = (ISA.named("avx512bf16")!, ISA.named("avx512")!)
    try Toolchain.withFolder { folder in
      let library = folder.appending(path: "v.so")
      let made = Toolchain.compile(
        compiler,
        [
          "-O1", "-fPIC", "-shared", "-include",
          Toolchain.programs.appending(path: "bf16_emulation.h").path, "-I",
          Toolchain.sources.appending(path: "include").path,
          Toolchain.sources.appending(path: "variants/\(isa.name).c").path, "-o", library.path,
        ])
      #expect(made.status == 0, "\(made.text)")
      let handle = try #require(dlopen(library.path, RTLD_NOW | RTLD_LOCAL))
      defer { dlclose(handle) }
      let functions = try #require(dlsym(handle, "ck_functions_\(isa.name)"))
        .assumingMemoryBound(to: ck_function?.self)
      for subject in RegistryTests.subjects where subject.kernel.hasSuffix("bf16") {
        let kernel = try #require(KernelDescriptor.named(subject.kernel))
        let variant = try #require(KernelVariant(kernel, on: here))
        for test in subject.cases(on: isa) {
          let run = KernelRun(variant: variant, test: test)
          RegistryTests.check(run, run.result(of: try #require(functions[kernel.index])))
        }
      }
    }
  }

  private func expectSameBits(_ library: URL, _ isa: ISA) throws {
    let handle = try #require(dlopen(library.path, RTLD_NOW | RTLD_LOCAL))
    defer { dlclose(handle) }
    let table = try #require(dlsym(handle, "ck_functions_\(isa.name)"))
    let functions = table.assumingMemoryBound(to: ck_function?.self)
    for pair in RegistryTests.pairs where pair.isa == isa {
      for run in try pair.runs() {
        let function = try #require(functions[run.variant.kernel.index])
        let same = run.result(of: function) == run.result()
        #expect(same, "\(pair.subject.kernel), \(run.test.label)")
      }
    }
  }
}
