import Glibc
import Machines

/// A C compiler on PATH.
struct FoundCompiler {
  let name: String
  let path: String
  /// The first line of `--version`.
  let version: String

  /// The usual names that PATH has, in this order.
  static func search() -> [FoundCompiler] {
    ["gcc", "clang", "cc"].compactMap { name in
      guard let path = find(name) else { return nil }
      return FoundCompiler(name: name, path: path, version: versionLine(of: name))
    }
  }

  private static func find(_ name: String) -> String? {
    guard let path = getenv("PATH") else { return nil }
    return String(cString: path).split(separator: ":").map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }

  /// `name` is one of the words above, never the user's text.
  private static func versionLine(of name: String) -> String {
    guard let pipe = popen("\(name) --version 2>/dev/null", "r") else { return "unknown" }
    defer { pclose(pipe) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, Int32(line.count), pipe) != nil else { return "unknown" }
    let bytes = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return trimmed(String(decoding: bytes, as: UTF8.self))
  }
}
