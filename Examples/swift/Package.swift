// swift-tools-version: 6.2
// A package that plays plans. RNNC_URL names a repository of rnnc, whose versions count then; without it
// this checkout is used.
import PackageDescription

let rnnc: Package.Dependency =
  if let url = Context.environment["RNNC_URL"] {
    .package(url: url, from: "1.0.0")
  } else {
    .package(name: "rnnc", path: "../..")
  }

let package = Package(
  name: "play",
  dependencies: [rnnc],
  targets: [
    .executableTarget(name: "play", dependencies: [.product(name: "Runtime", package: "rnnc")])
  ],
  swiftLanguageModes: [.v6])
