// swift-tools-version: 6.3
// Targets and who may import whom: the layers of the README's architecture section, checked by
// Tests/ArchitectureTests against every `import` line.
import PackageDescription

let kernelFlags: [CSetting] = [.disableWarning("c23-extensions")]

let package = Package(
  name: "rnnc",
  products: [
    .executable(name: "rnnc", targets: ["rnnc"]),
    .library(name: "Runtime", targets: ["Runtime"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // Layer 0
    .target(name: "CKernels", exclude: ["kernels.def", "isa.def"], cSettings: kernelFlags),
    .target(name: "Tensors"),
    .target(name: "Diagnostics"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // Layer 1
    .target(name: "IR", dependencies: ["Tensors", "Diagnostics"]),
    .target(name: "DataFiles", dependencies: ["Tensors", "Diagnostics", "CZlib"]),
    .target(
      name: "Onnx",
      dependencies: [
        "Tensors", "DataFiles", "Diagnostics",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Protobuf/onnx.proto", "Protobuf/generate"]),
    .target(name: "CRuntime", dependencies: ["CKernels"]),
    .target(name: "CMeasure", dependencies: ["CKernels"]),
    // The only target with unsafe flags; no library product depends on it, so that other packages
    // can depend on this one by version.
    .target(
      name: "COpenMP", dependencies: ["CKernels"],
      cSettings: [.unsafeFlags(["-fopenmp"], .when(platforms: [.linux]))],
      linkerSettings: [.linkedLibrary("omp5", .when(platforms: [.linux]))]),
    // Layer 2
    .target(
      name: "Model",
      dependencies: [
        "IR", "Onnx", "DataFiles", "Tensors", "Diagnostics",
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(name: "Plan", dependencies: ["Tensors"]),
    .target(name: "Kernels", dependencies: ["CKernels", "Tensors"]),
    // Layer 3
    .target(
      name: "Machines",
      dependencies: [
        "CMeasure", "COpenMP", "CKernels", "Kernels", "DataFiles", "Tensors", "Diagnostics",
      ]),
    .target(
      name: "Compiler", dependencies: ["Model", "IR", "Kernels", "Plan", "Tensors", "Diagnostics"]),
    .target(name: "Emission", dependencies: ["Plan", "Kernels", "Tensors"]),
    .target(name: "Runtime", dependencies: ["CRuntime", "Tensors"]),
    .target(
      name: "Reference", dependencies: ["Model", "Onnx", "IR", "Tensors", "Diagnostics"]),
    // Layer 4
    .executableTarget(
      name: "rnnc",
      dependencies: [
        "Tensors", "Diagnostics", "IR", "DataFiles", "Model", "Plan", "Kernels", "Compiler",
        "Emission", "Runtime", "Reference", "Machines", "Onnx", "COpenMP",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "KernelBenchmark",
      dependencies: [
        "Machines", "CMeasure", "CKernels", "Kernels", "DataFiles", "Tensors", "Diagnostics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/Kernels"),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["Tensors", "Diagnostics", "IR"],
      path: "Tests/TestSupport"),
    .target(name: "CStepProbe", dependencies: ["CRuntime"], path: "Tests/CStepProbe"),
    .testTarget(
      name: "DiagnosticsTests", dependencies: ["Diagnostics", "TestSupport"]),
    .testTarget(
      name: "DataFilesTests",
      dependencies: ["DataFiles", "Diagnostics", "Tensors", "CZlib", "TestSupport"]),
    .testTarget(
      name: "OnnxTests",
      dependencies: [
        "Onnx", "Model", "Reference", "IR", "DataFiles", "Diagnostics", "Tensors", "TestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "IRTests", dependencies: ["IR", "Diagnostics", "Tensors", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "ModelTests",
      dependencies: ["Model", "Onnx", "IR", "DataFiles", "Diagnostics", "Tensors", "TestSupport"],
      exclude: ["Golden"]),
    .testTarget(
      name: "KernelTests", dependencies: ["Kernels", "CKernels", "Tensors", "TestSupport"],
      exclude: ["Programs"]),
    .testTarget(
      name: "PlanTests",
      dependencies: [
        "Plan", "CKernels", "CRuntime", "COpenMP", "Runtime", "Kernels", "Tensors", "CStepProbe",
        "TestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "MachinesTests",
      dependencies: [
        "Machines", "CMeasure", "CKernels", "Kernels", "DataFiles", "Diagnostics", "TestSupport",
      ]),
    .testTarget(
      name: "CompilerTests",
      dependencies: [
        "Compiler", "Model", "IR", "Kernels", "Plan", "Tensors", "Diagnostics", "TestSupport",
      ], exclude: ["Golden"]),
    .testTarget(
      name: "EmissionTests",
      dependencies: [
        "Emission", "Compiler", "Model", "IR", "Plan", "Kernels", "Runtime", "DataFiles", "Tensors",
        "Diagnostics", "TestSupport",
      ]),
    .testTarget(
      name: "AgreementTests",
      dependencies: [
        "Reference", "Compiler", "Emission", "Model", "IR", "Plan", "Kernels", "Runtime", "COpenMP",
        "DataFiles", "Tensors", "Diagnostics", "TestSupport",
      ]),
    .testTarget(
      name: "ReferenceTests",
      dependencies: ["Reference", "Onnx", "DataFiles", "Diagnostics", "Tensors", "TestSupport"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "rnnc", "KernelBenchmark", "DataFiles", "Diagnostics", "Kernels", "Plan", "Tensors",
        "TestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "ArchitectureTests", dependencies: ["TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)

// Fuzz targets (Fuzz/run builds and runs them): they link only under --sanitize=fuzzer.
if Context.environment["RNNC_FUZZ"] != nil {
  func fuzzTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: name, dependencies: dependencies, path: "Fuzz/Targets/\(name)",
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  }
  package.targets += [
    fuzzTarget("CsvFuzz", ["DataFiles", "Diagnostics"]),
    fuzzTarget("DescriptionFuzz", ["Model", "Diagnostics"]),
    fuzzTarget("MachineFuzz", ["Machines", "DataFiles", "Diagnostics"]),
    fuzzTarget("NpzFuzz", ["DataFiles", "Diagnostics"]),
    fuzzTarget("OnnxFuzz", ["Onnx", "Model", "DataFiles", "Diagnostics"]),
    fuzzTarget("PlanFuzz", ["Plan", "Runtime"]),
    fuzzTarget("SafetensorsFuzz", ["DataFiles", "Diagnostics"]),
    fuzzTarget("WavFuzz", ["DataFiles", "Diagnostics"]),
  ]
}
