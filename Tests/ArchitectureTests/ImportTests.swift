import Foundation
import Testing

/// Who may import whom: the table of the README's architecture section. The manifest may grant less
/// than the table, never more; sources may import what the manifest grants.
@Suite struct ImportTests {
  /// Targets by the targets that they may import (system libraries and packages last).
  static let table: [String: Set<String>] = [
    "CKernels": [],
    "Tensors": [],
    "Diagnostics": [],
    "CZlib": [],
    "IR": ["Tensors", "Diagnostics"],
    "DataFiles": ["Tensors", "Diagnostics", "CZlib"],
    "Onnx": ["Tensors", "DataFiles", "Diagnostics", "SwiftProtobuf"],
    "CRuntime": ["CKernels"],
    "COpenMP": ["CKernels"],
    "CMeasure": ["CKernels"],
    "Model": ["IR", "Onnx", "DataFiles", "Tensors", "Diagnostics", "Yams"],
    "Plan": ["Tensors"],
    "Kernels": ["CKernels", "Tensors"],
    "Compiler": ["Model", "IR", "Kernels", "Plan", "Tensors", "Diagnostics"],
    "Emission": ["Plan", "Kernels", "Tensors"],
    "Runtime": ["CRuntime", "Tensors"],
    "Reference": ["Model", "Onnx", "IR", "Tensors", "Diagnostics"],
    "Machines": [
      "CMeasure", "COpenMP", "CKernels", "Kernels", "DataFiles", "Tensors", "Diagnostics",
    ],
    "rnnc": [
      "Tensors", "Diagnostics", "IR", "DataFiles", "Model", "Plan", "Kernels", "Compiler",
      "Emission", "Runtime", "Reference", "Machines", "Onnx", "COpenMP", "ArgumentParser",
    ],
    "KernelBenchmark": [
      "Machines", "CMeasure", "CKernels", "Kernels", "DataFiles", "Tensors", "Diagnostics",
      "ArgumentParser",
    ],
  ]

  /// Modules of the toolchain and the C library.
  static let toolchain: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch",
    "Synchronization", "Testing", "PackageDescription",
  ]

  let manifest: Manifest

  init() throws { manifest = try Manifest.ofThisPackage() }

  @Test func theManifestHasTheTargetsOfTheTable() {
    let names = manifest.targets.filter { !$0.isTest }.map(\.name)
    #expect(Set(names) == Set(Self.table.keys))
  }

  @Test(arguments: table.keys.sorted())
  func theManifestGrantsNoMoreThanTheTable(name: String) throws {
    let target = try #require(manifest[name])
    #expect(target.dependencies.subtracting(Self.table[name]!) == [])
  }

  @Test func everySwiftImportIsGranted() throws {
    var seen = 0
    for target in manifest.targets {
      for line in try ImportLine.swiftImports(below: target.folder) {
        seen += 1
        let isGranted = target.dependencies.union(Self.toolchain).contains(line.name)
        #expect(isGranted, "\(line.place): \(target.name) may not import \(line.name)")
      }
    }
    #expect(seen > 50, "the import lines were not found")
  }

  /// A quoted header stands in the target itself or is a public one of a dependency.
  @Test func everyQuotedIncludeIsGranted() throws {
    for target in manifest.targets where !target.isTest {
      for line in try ImportLine.quotedIncludes(below: target.folder) {
        let candidates =
          [line.file.deletingLastPathComponent(), target.folder]
          + includeFolders(target.dependencies.union([target.name]))
        let isGranted = candidates.contains {
          FileManager.default.fileExists(atPath: $0.appendingPathComponent(line.name).path)
        }
        #expect(isGranted, "\(line.place): \(target.name) may not include \"\(line.name)\"")
      }
    }
  }

  private func includeFolders(_ names: Set<String>) -> [URL] {
    names.compactMap { manifest[$0]?.folder.appendingPathComponent("include") }
  }

  @Test func theReaderOfManifestsSeesWhatIsGranted() {
    let manifest = Manifest(
      text: """
        .target(name: "A"),
        .target(
          name: "B",
          dependencies: ["A", .product(name: "P", package: "q")], path: "Sources/Other"),
        .testTarget(name: "CTests", dependencies: ["B"], exclude: ["Golden"]),
        """)
    #expect(manifest.targets.map(\.name) == ["A", "B", "CTests"])
    #expect(manifest["A"]?.dependencies == [])
    #expect(manifest["B"]?.dependencies == ["A", "P"])
    #expect(manifest["B"]?.folder.lastPathComponent == "Other")
    #expect(manifest["CTests"]?.isTest == true)
    #expect(manifest["CTests"]?.dependencies == ["B"])
  }

  @Test func theReaderOfImportsSeesEveryForm() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // `#` stands for the keyword, lest the test above finds these lines.
    let text = """
      # A
      @testable # B
      package # C
      @preconcurrency public # struct D.Thing
      // # E
      let text = "# F"
      """.replacing("#", with: "import")
    try text.write(
      to: folder.appendingPathComponent("x.swift"), atomically: true, encoding: .utf8)
    let names = try ImportLine.swiftImports(below: folder).map(\.name)
    #expect(names == ["A", "B", "C", "D"])
  }
}
