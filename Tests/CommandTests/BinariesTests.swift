import Foundation
import TestSupport
import Testing

/// What a C compiler makes for `compile --emit`: objects, libraries, and what goes wrong.
@Suite struct BinariesTests {
  let fixtures: Fixtures

  init() throws { fixtures = try Fixtures() }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// The words of lines of `program`'s output.
  private func lines(_ program: String, _ arguments: String...) throws -> [[Substring]] {
    try Shell.run([program] + arguments, in: fixtures.folder).split(separator: "\n")
      .map { $0.split(separator: " ") }
  }

  @Test func everyKindFillsAFolder() throws {
    let folder = fixtures.path("out")
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", "plan,c,obj,static,shared,exe", "-o", folder,
      "--prefix", "kws", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let names = [
      "kws", "kws.c", "kws.h", "kws.o", "kws.pc", "kws.plan", "kwsConfig.cmake", "libkws.a",
      "libkws.so",
    ]
    #expect(try files(folder) == names)
    let results = try run.results()
    #expect(Set(results.compactMap { ($0["path"] as? String) }).count == names.count)
    for result in results {
      let path = try #require(result["path"] as? String)
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      #expect(result["bytes"] as? Int == size)
    }
    #expect(try files(fixtures.folder.url.path) == ["out", "spotter.yaml"])
    try checkSymbols(folder)
  }

  /// Only the interface can be seen, and nothing is needed but the C library.
  private func checkSymbols(_ folder: String) throws {
    let interface = ["align", "init", "load", "reset", "run", "save", "scratch_size", "state_size"]
    let names = (interface + ["step", "version"]).map { "kws_\($0)" }
    for (file, option) in [("libkws.so", "-D"), ("libkws.a", "-g")] {
      let defined = try lines("nm", option, "--defined-only", "\(folder)/\(file)")
        .filter { $0.count == 3 }.map { String($0[2]) }
      #expect(defined.sorted() == names, "\(file)")
    }
    let undefined = try lines("nm", "-u", "\(folder)/kws.o").compactMap { $0.last }
    let allowed: Set<Substring> = ["memcpy", "memset", "memcmp", "_GLOBAL_OFFSET_TABLE_"]
    #expect(Set(undefined).isSubset(of: allowed), "\(undefined)")
    let dynamic = try lines("readelf", "-d", "\(folder)/libkws.so")
    let needed = dynamic.filter { $0.contains("(NEEDED)") }.compactMap(\.last)
    #expect(Set(needed).isSubset(of: ["[libc.so.6]", "[libm.so.6]"]))
    #expect(dynamic.contains { $0.contains("(SONAME)") && $0.last == "[libkws.so]" })
  }

  @Test func oneKindIsTheFileOfO() throws {
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", "shared", "-o", fixtures.path("other.so"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      try files(fixtures.folder.url.path)
        == ["other.so", "spotter.h", "spotter.pc", "spotter.yaml", "spotterConfig.cmake"])
    #expect(try lines("readelf", "-d", "other.so").contains { $0.last == "[other.so]" })
    let package = try String(contentsOf: fixtures.folder.file("spotter.pc"), encoding: .utf8)
    #expect(package.contains("Libs: ${pcfiledir}/other.so\n"))
  }

  /// A small program that is built with what the `.pc` file says.
  @Test(.enabled(if: Shell.has("pkg-config"), "needs pkg-config"), arguments: ["static", "shared"])
  func pkgConfigFindsTheLibrary(kind: String) throws {
    let folder = fixtures.path("out")
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", "\(kind),plan", "-o", folder, "--prefix", "kws")
    #expect(run.status == 0, "\(run.errors)")
    try fixtures.folder.write(
      """
      #include <kws.h>
      #include <stdio.h>
      static unsigned char state[1 << 16] __attribute__((aligned(64)));
      static unsigned char scratch[1 << 20] __attribute__((aligned(64)));
      int main(void) {
        float in[8] = {1}, out[3];
        if (kws_scratch_size() > sizeof scratch || kws_init(state, sizeof state) != 0) return 1;
        if (kws_step(state, scratch, in, out) != 0) return 2;
        printf("%.3f\\n", out[0] + out[1] + out[2]);
        return 0;
      }

      """, to: "main.c")
    let built = try Shell.run(
      [
        "sh", "-c",
        """
        flags=$(PKG_CONFIG_PATH=out pkg-config --cflags --libs kws) && \
        ${CC:-cc} main.c $flags -Wl,-rpath,out -o main && ./main
        """,
      ], in: fixtures.folder)
    #expect(built == "1.000\n")
  }

  /// Whoever links the static library needs the OpenMP runtime of the compiler that made it.
  @Test(arguments: [("static", "Libs:"), ("static,shared", "Libs.private:")])
  func packageFilesNameTheThreads(kinds: String, key: String) throws {
    let run = try Tool.run(
      "compile", fixtures.spotter(), "--emit", kinds + ",c", "-o", fixtures.path("out"), "--prefix",
      "kws", "--openmp")
    #expect(run.status == 0, "\(run.errors)")
    try fixtures.folder.write(
      """
      #include "out/kws.h"
      int main(void) { return kws_run_threads(0, 0, 0, 0, 1, 2) == KWS_E_ARGUMENT ? 0 : 1; }

      """, to: "main.c")
    try Shell.run(
      [
        "sh", "-ec",
        """
        flags=$(sed -n 's/^\(key) *//p' out/kws.pc | sed 's/-L[^ ]* -l[^ ]*//')
        grep -q "STATIC IMPORTED" out/kwsConfig.cmake
        cc main.c out/libkws.a $flags -o main && ./main
        """,
      ], in: fixtures.folder)
  }

  // MARK: The compiler

  /// A program called `name` in a folder of its own, a shell script.
  private func script(_ name: String, _ text: String) throws -> String {
    let path = try fixtures.folder.write("#!/bin/sh\n" + text, to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  @Test func theEnvironmentNamesTheCompiler() throws {
    let compiler = try script(
      "mycc", "echo \"$@\" >>'\(fixtures.path("calls"))'\nexec cc \"$@\"\n")
    let run = try Tool.run(
      [
        "compile", fixtures.spotter(), "--emit", "obj", "-o", fixtures.path("a.o"), "--explain",
        "-v",
      ],
      environment: ["CC": compiler + " -DMARKED=1"])
    #expect(run.status == 0, "\(run.errors)")
    let calls = try String(contentsOf: fixtures.folder.file("calls"), encoding: .utf8)
    #expect(calls.contains("-DMARKED=1 -std=gnu99 -O2"))
    #expect(run.text.contains("command: \(compiler) -DMARKED=1 "))
    #expect(run.errors.contains("\(compiler) -DMARKED=1 "))
  }

  @Test func aMissingCompilerIs69() throws {
    let model = try fixtures.spotter()
    for (target, package) in [("generic", "gcc libc6-dev"), ("armv8-a", "gcc-aarch64-linux-gnu")] {
      let run = try Tool.run(
        ["compile", model, "--emit", "shared,c", "-o", fixtures.path("out"), "--target", target],
        environment: ["PATH": fixtures.path("empty")])
      #expect(run.status == 69)
      #expect(run.errors.contains("apt-get install \(package)"), "\(run.errors)")
    }
    #expect(try files(fixtures.folder.url.path) == ["spotter.yaml"])
  }

  @Test(arguments: ["no-such-compiler", "true", "echo clang"])
  func aWordThatIsNoCompilerIs69(word: String) throws {
    let run = try Tool.run(
      ["compile", fixtures.spotter(), "--emit", "obj", "-o", fixtures.path("a.o")],
      environment: ["CC": word])
    #expect(run.status == 69)
    #expect(run.errors.contains("CC is '\(word)'"), "\(run.errors)")
    #expect(try files(fixtures.folder.url.path) == ["spotter.yaml"])
  }

  @Test(arguments: ["-c", "-shared", "ar"])
  func aFailingCommandIs69AndLeavesNothing(part: String) throws {
    let compiler = try script(
      "mycc",
      """
      case " $* " in
        *" -print-prog-name"*) echo "$0-ar"; exit 0 ;;
        *" \(part) "*) echo half >kws.o; echo 'it is broken' >&2; exit 3 ;;
      esac
      exec cc "$@"
      """)
    _ = try script("mycc-ar", "echo 'it is broken'\nexit 3\n")
    let before = try files(fixtures.folder.url.path) + ["spotter.yaml"]
    let run = try Tool.run(
      [
        "compile", fixtures.spotter(), "--emit", "shared,static,exe", "-o", fixtures.path("out"),
        "--prefix", "kws",
      ], environment: ["CC": compiler])
    #expect(run.status == 69)
    #expect(run.errors.contains("failed with status 3"), "\(run.errors)")
    #expect(run.errors.contains("it is broken"))
    #expect(try files(fixtures.folder.url.path) == before)
  }

  @Test func whatCannotBeCreatedIs73() throws {
    let model = try fixtures.spotter()
    let inNothing = try Tool.run(
      "compile", model, "--emit", "obj", "-o", fixtures.path("no/such/a.o"))
    #expect(inNothing.status == 73)
    try FileManager.default.createDirectory(
      at: fixtures.folder.file("a.o"), withIntermediateDirectories: false)
    let onFolder = try Tool.run("compile", model, "--emit", "obj", "-o", fixtures.path("a.o"))
    #expect(onFolder.status == 73)
    #expect(onFolder.errors.contains("it is a directory"))
    #expect(try files(fixtures.folder.url.path) == ["a.o", "spotter.yaml"])
  }

  @Test func anInterruptLeavesNothing() throws {
    let compiler = try script(
      "mycc", "case \" $* \" in *' -c '*) echo half >spotter.o; sleep 5;; esac\nexec cc \"$@\"\n")
    let model = try fixtures.spotter()
    let before = try files(fixtures.folder.url.path)
    let status = try Tool.interrupt(
      ["compile", model, "--emit", "obj", "-o", fixtures.path("a.o")], after: 2,
      environment: ["CC": compiler])
    #expect(status == 130)
    #expect(try files(fixtures.folder.url.path) == before)
  }
}
