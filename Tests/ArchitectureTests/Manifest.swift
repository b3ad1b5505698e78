import Foundation
import TestSupport

/// The targets of `Package.swift`, read from its text.
struct Manifest {
  struct Target {
    let name: String
    /// Names of targets and products.
    let dependencies: Set<String>
    let folder: URL
    let isTest: Bool
  }

  let targets: [Target]

  /// The package's own manifest.
  static func ofThisPackage() throws -> Manifest {
    let file = SharedData.packageRoot.appendingPathComponent("Package.swift")
    return Manifest(text: try String(contentsOf: file, encoding: .utf8))
  }

  init(text: String) {
    let target = /\.(target|executableTarget|testTarget|systemLibrary)\(\s*name: "(\w+)"/
    targets = text.matches(of: target).map { match in
      let declaration = Self.balanced(text[match.range.lowerBound...], "(", ")")
      let list = declaration.firstRange(of: "dependencies:").map {
        Self.balanced(declaration[$0.upperBound...], "[", "]")
      }
      let path = declaration.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) }
      let isTest = match.output.1 == "testTarget" || path?.hasPrefix("Tests") == true
      let name = String(match.output.2)
      let folder = path ?? (isTest ? "Tests/" : "Sources/") + name
      return Target(
        name: name, dependencies: Self.names(in: list ?? ""),
        folder: SharedData.packageRoot.appendingPathComponent(folder), isTest: isTest)
    }
  }

  subscript(name: String) -> Target? { targets.first { $0.name == name } }

  /// `"A", .product(name: "B", package: "c")` holds A and B.
  private static func names(in list: Substring) -> Set<String> {
    let withoutPackages = list.replacing(/package: "[^"]*"/, with: "")
    return Set(withoutPackages.matches(of: /"([^"]+)"/).map { String($0.output.1) })
  }

  /// From the first opening bracket to the one that closes it.
  private static func balanced(
    _ text: Substring, _ open: Character, _ close: Character
  ) -> Substring {
    var depth = 0
    guard let start = text.firstIndex(of: open) else { return "" }
    for index in text[start...].indices {
      if text[index] == open { depth += 1 }
      if text[index] == close { depth -= 1 }
      if depth == 0 { return text[start...index] }
    }
    return text[start...]
  }
}
