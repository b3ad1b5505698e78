import DataFiles
import Emission
import Glibc
import Kernels
import Plan

/// Writes the kinds of `--emit` by the naming rules of INTERFACE section 5. Everything is made in a
/// hidden folder first: whoever fails leaves nothing behind.
struct EmitWriter {
  /// The same model for different targets, the best one first.
  let plans: [CompiledPlan]
  let prefix: String
  let kinds: [EmitKinds.Kind]
  let weights: WeightsPlacement
  /// Whether there is `<prefix>_run_threads`.
  let hasThreads: Bool
  /// `-o`.
  let output: String?
  /// Files that must not be overwritten.
  let inputs: [String]
  /// Gets every command line of the C toolchain.
  let log: (String) -> Void

  struct Written {
    let kind: String
    let path: String
    let byteCount: Int
  }

  /// A file that is made: its name in the hidden folder, and where it goes.
  private struct Product {
    let kind: String
    let name: String
    let path: String
  }

  func write() throws -> [Written] {
    let emitted = try emit()
    let needsCompiler = kinds.contains(where: \.isCompiled)
    let toolchain = needsCompiler ? try toolchain() : nil
    var work = try WorkFolder(in: folderThatExists)
    if let emitted { try write(emitted, &work) }
    if let toolchain, let emitted {
      do throws(ToolchainError) {
        try compile(toolchain, emitted, &work)
      } catch {
        throw Failure(toolchain: error)
      }
    }
    if kinds.contains(.plan) {
      let bytes = try PlanFileWriter.bytes(of: plans[0].file)
      try work.write(bytes, to: EmitKinds.Kind.plan.fileName(prefix))
    }
    if kinds.contains(where: \.isLibrary) {
      try writePackageFiles(toolchain?.threadFlags ?? [], &work)
    }
    let products = products(emitted)
    try check(products)
    let sizes = try products.map { try work.byteCount(of: $0.name) }
    if kinds.count > 1, let output { try makeFolder(output) }
    return try zip(products, sizes).map { product, byteCount in
      try work.move(product.name, to: product.path)
      return Written(kind: product.kind, path: product.path, byteCount: byteCount)
    }
  }

  /// Before anything is put into place, so that it is all there or nothing.
  private func check(_ products: [Product]) throws(Failure) {
    var paths: [String: String] = [:]
    for product in products {
      if let other = paths.updateValue(product.kind, forKey: product.path) {
        throw Failure(
          .usage, "-o: the \(other) and the \(product.kind) would both be '\(product.path)'")
      }
      if isFolder(product.path) {
        throw Failure(.cannotCreate, "cannot create '\(product.path)': it is a directory")
      }
      if inputs.contains(where: { isSameFile($0, product.path) }) {
        throw Failure(.usage, "-o: '\(product.path)' is the model that is being compiled")
      }
    }
  }

  // MARK: Making

  private func emit() throws -> EmittedC? {
    guard kinds.contains(where: { $0 != .plan }) else { return nil }
    return try CEmitter(
      plans.map(\.file.plan), prefix: prefix, version: toolVersion, weights: weights,
      hasThreads: hasThreads
    ).emit()
  }

  /// Of several targets all but the kernels must run everywhere.
  private func toolchain() throws(Failure) -> Toolchain {
    do {
      let target = plans.count == 1 ? plans[0].target : plans[0].target.shared
      return try Toolchain(for: target, hasThreads: hasThreads, log: log)
    } catch {
      throw Failure(toolchain: error)
    }
  }

  private func write(_ emitted: EmittedC, _ work: inout WorkFolder) throws {
    try work.write(Array(emitted.source.utf8), to: "\(prefix).c")
    try work.write(Array(emitted.header.utf8), to: "\(prefix).h")
    for part in emitted.parts {
      try work.write(Array(part.source.utf8), to: "\(prefix)_\(part.name).c")
    }
    if let weights = emitted.weights { try work.write(weights, to: "\(prefix).weights") }
    if kinds.contains(.shared) {
      try work.write(Array("{ global: \(prefix)_*; local: *; };\n".utf8), to: exportsFile)
    }
    guard kinds.contains(.exe) else { return }
    let main = ExecutableEmitter(
      plans.map(\.file.plan), prefix: prefix, hasThreads: hasThreads
    ).source()
    try work.write(Array(main.utf8), to: "\(prefix)_main.c")
  }

  private func compile(
    _ toolchain: Toolchain, _ emitted: EmittedC, _ work: inout WorkFolder
  ) throws(ToolchainError) {
    let object = EmitKinds.Kind.obj.fileName(prefix)
    let parts = sources(emitted)
    let main = Toolchain.Source("\(prefix)_main.c", to: "\(prefix)_main.o", isForTarget: false)
    let all = kinds.contains(.exe) ? parts + [main] : parts
    for source in all { work.expect(source.object) }
    try toolchain.compile(all, in: work.path)
    if parts.count > 1 {
      work.expect(object)
      try toolchain.merge(parts.map(\.object), to: object, in: work.path)
    }
    for kind in kinds where kind.isCompiled && kind != .obj {
      let name = kind.fileName(prefix)
      work.expect(name)
      switch kind {
      case .archive: try toolchain.archive([object], to: name, in: work.path)
      case .shared:
        try toolchain.link(
          [object], toShared: name, name: lastPart(path(of: kind)), exports: exportsFile,
          in: work.path)
      default: try toolchain.link([object, main.object], toProgram: name, in: work.path)
      }
    }
  }

  /// What the object of the model is made of: one source, or one for every target and their dispatch.
  private func sources(_ emitted: EmittedC) -> [Toolchain.Source] {
    if emitted.parts.isEmpty {
      return [Toolchain.Source("\(prefix).c", to: EmitKinds.Kind.obj.fileName(prefix))]
    }
    let names = [prefix] + emitted.parts.map { "\(prefix)_\($0.name)" }
    return names.map { Toolchain.Source("\($0).c", to: "\($0)_part.o") }
  }

  /// What shared libraries show.
  private var exportsFile: String { "\(prefix).exports" }

  private func writePackageFiles(_ threadFlags: [String], _ work: inout WorkFolder) throws {
    func name(_ kind: EmitKinds.Kind) -> String? {
      kinds.contains(kind) ? lastPart(path(of: kind)) : nil
    }
    let files = PackageFiles(
      prefix: prefix, modelName: plans[0].file.plan.name, version: toolVersion,
      staticLibrary: name(.archive), sharedLibrary: name(.shared),
      flags: threadFlags)
    try work.write(Array(files.pkgConfig().utf8), to: "\(prefix).pc")
    try work.write(Array(files.cmakeConfig().utf8), to: "\(prefix)Config.cmake")
  }

  // MARK: Places

  private func products(_ emitted: EmittedC?) -> [Product] {
    var products: [Product] = []
    for kind in kinds {
      let (name, path) = (kind.fileName(prefix), path(of: kind))
      products.append(Product(kind: kind.rawValue, name: name, path: path))
      func add(_ word: String, _ name: String) {
        let place = beside(path, name)
        if products.contains(where: { $0.path == place && $0.name == name }) { return }
        products.append(Product(kind: word, name: name, path: place))
      }
      if kind.needsHeader { add("header", "\(prefix).h") }
      if kind == .c, let emitted {
        for part in emitted.parts { add("c", "\(prefix)_\(part.name).c") }
        if emitted.weights != nil { add("weights", "\(prefix).weights") }
      }
      if kind.isLibrary {
        add("pkg-config", "\(prefix).pc")
        add("cmake", "\(prefix)Config.cmake")
      }
    }
    return products
  }

  private func path(of kind: EmitKinds.Kind) -> String {
    let name = kind.fileName(prefix)
    guard let output else { return name }
    return kinds.count == 1 ? output : beside(output + "/", name)
  }

  /// `name` in the folder of `path`.
  private func beside(_ path: String, _ name: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return name }
    return path[..<slash].reversed().drop { $0 == "/" }.reversed() + "/" + name
  }

  private func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Where the hidden folder is made: in the folder that the files go to, or the one above where
  /// that is still to be made. Empty: the current one.
  private var folderThatExists: String {
    guard let output else { return "" }
    if kinds.count > 1 {
      if isFolder(output) { return output }
      let trimmed = String(output.reversed().drop { $0 == "/" }.reversed())
      return folder(of: trimmed)
    }
    return folder(of: output)
  }

  private func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}
