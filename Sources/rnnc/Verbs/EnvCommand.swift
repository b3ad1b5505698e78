import ArgumentParser
import Glibc
import Kernels

/// `rnnc env`: the machine, its caches and compilers.
struct EnvCommand: Verb {
  static let verb = "env"
  static let configuration = CommandConfiguration(
    commandName: verb, abstract: "Show CPU features, caches, compilers and versions.")

  @OptionGroup var common: CommonOptions

  func perform(_ session: Session) throws -> Answer {
    let compilers = FoundCompiler.search()
    session.addResult(json(compilers))
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

  private func json(_ compilers: [FoundCompiler]) -> JSON {
    let system = Machine.systemName
    return .object([
      "version": .string(toolVersion),
      "os": .string("\(system.system) \(system.release)"),
      "arch": .string(system.machine),
      "cpu": .string(Machine.processor),
      "cores": .integer(Machine.coreCount),
      "features": .strings(CPUFeatures.present),
      "rnnc_isa": .optional(getenv("RNNC_ISA").map { String(cString: $0) }),
      "isa": .optional(ISA.preferred?.name),
      "isas": .array(
        ISA.all.map {
          .object([
            "name": .string($0.name), "target": .string($0.target), "lanes": .integer($0.lanes),
            "features": .strings($0.features), "runs_here": .bool($0.runsHere),
          ])
        }),
      "caches": .array(
        Machine.caches.map {
          .object([
            "level": .integer($0.level), "kind": .string($0.type.lowercased()),
            "bytes": .integer($0.byteCount), "shared_by": .string($0.sharedBy),
          ])
        }),
      "compilers": .array(
        compilers.map {
          .object([
            "name": .string($0.name), "path": .string($0.path), "version": .string($0.version),
          ])
        }),
    ])
  }
}
