import ArgumentParser
import Glibc
import Kernels
import Machines

/// `rnnc env`: the machine, its caches and compilers.
struct EnvCommand: Verb {
  static let verb = "env"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Show CPU features, caches, compilers and versions.",
    discussion: """
      --measure finds this machine's limits in some ten seconds, on as many threads as there are \
      processors: multiply-adds per second, read bandwidth of every cache and of memory, and what \
      threads pay to start and to meet. It writes them to a machine file. Nothing else should run \
      meanwhile.
      """)

  @Flag(help: "Measure this machine's limits and write a machine file.") var measure = false
  @Option(
    name: .short,
    help: ArgumentHelp(
      "Machine file to write (default: $XDG_CACHE_HOME/rnnc/machine.json, or "
        + "~/.cache/rnnc/machine.json).", valueName: "FILE"))
  var output: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if output != nil && !measure { throw ValidationError("-o goes with --measure") }
  }

  func perform(_ session: Session) throws -> Answer {
    let measured = measure ? try MeasuredMachine(path: output, session) : nil
    let compilers = FoundCompiler.search()
    session.addResult(json(compilers, measured))
    let system = Machine.systemName
    try session.print("rnnc      \(toolVersion)")
    try session.print("system    \(system.system) \(system.release) (\(system.machine))")
    try session.print("CPU       \(Machine.processor), \(Machine.coreCount) cores")
    try session.print("features  \(CPUFeatures.present.joined(separator: " "))\n")
    try session.print(isaTable)
    try session.print("")
    if let name = getenv("RNNC_ISA") {
      try session.print("RNNC_ISA=\(String(cString: name)) decides what 'host' means\n")
    }
    try session.print(cacheTable)
    try session.print("")
    try session.print(compilerTable(compilers))
    if let measured { try measured.print(session) }
    return .yes
  }

  /// `used`: what `--target host` means here, which RNNC_ISA may decide.
  private var isaTable: Table {
    var table = Table([
      .word("ISA"), .word("--target"), .number("f32 lanes"), .word("needs"), .word("runs here"),
    ])
    let preferred = ISA.preferred
    for isa in ISA.all {
      let runs = isa.runsHere ? (isa == preferred ? "yes, used" : "yes") : "no"
      table.add([
        isa.name, isa.target, String(isa.lanes), isa.features.joined(separator: " "), runs,
      ])
    }
    return table
  }

  private var cacheTable: Table {
    var table = Table([.word("cache"), .word("kind"), .number("size"), .word("shared by CPUs")])
    for cache in Machine.caches {
      table.add([
        "L\(cache.level)", cache.type.lowercased(), readableBytes(cache.byteCount), cache.sharedBy,
      ])
    }
    return table
  }

  private func compilerTable(_ compilers: [FoundCompiler]) -> Table {
    var table = Table([.word("C compiler"), .word("path"), .word("version")])
    for compiler in compilers { table.add([compiler.name, compiler.path, compiler.version]) }
    return table
  }

  private func json(_ compilers: [FoundCompiler], _ measured: MeasuredMachine?) -> JSON {
    .object(json(compilers) + (measured?.members ?? []))
  }

  private func json(_ compilers: [FoundCompiler]) -> [(key: String, value: JSON)] {
    let system = Machine.systemName
    return [
      ("version", .string(toolVersion)),
      ("os", .string("\(system.system) \(system.release)")),
      ("arch", .string(system.machine)),
      ("cpu", .string(Machine.processor)),
      ("cores", .integer(Machine.coreCount)),
      ("features", .strings(CPUFeatures.present)),
      ("rnnc_isa", .optional(getenv("RNNC_ISA").map { String(cString: $0) })),
      ("isa", .optional(ISA.preferred?.name)),
      ("isas", .array(ISA.all.map(json))),
      ("caches", .array(Machine.caches.map(json))),
      ("compilers", .array(compilers.map(json))),
    ]
  }

  private func json(_ isa: ISA) -> JSON {
    .object([
      "name": .string(isa.name), "target": .string(isa.target), "lanes": .integer(isa.lanes),
      "features": .strings(isa.features), "runs_here": .bool(isa.runsHere),
    ])
  }

  private func json(_ cache: Machine.Cache) -> JSON {
    .object([
      "level": .integer(cache.level), "kind": .string(cache.type.lowercased()),
      "bytes": .integer(cache.byteCount), "shared_by": .string(cache.sharedBy),
    ])
  }

  private func json(_ compiler: FoundCompiler) -> JSON {
    .object([
      "name": .string(compiler.name), "path": .string(compiler.path),
      "version": .string(compiler.version),
    ])
  }
}
