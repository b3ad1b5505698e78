import ArgumentParser

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
    try session.print("CPU       \(Machine.processor), \(Machine.coreCount) cores\n")
    try session.print(cacheTable)
    try session.print("")
    try session.print(compilerTable(compilers))
    return .yes
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
