import Foundation

/// One `import` or `#include "..."` of a source file.
struct ImportLine {
  let file: URL
  let line: Int
  /// The module, or the header as written.
  let name: String

  var place: String { "\(file.lastPathComponent):\(line)" }

  /// Modules that Swift files below `folder` import, attributes and `import struct M.x` included.
  static func swiftImports(below folder: URL) throws -> [ImportLine] {
    let pattern =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:package |public |internal |private )?import\s+(?:struct |enum |class |func |protocol |var |let |typealias )?(\w+)/
    return try lines(below: folder, extensions: ["swift"]) { text in
      text.firstMatch(of: pattern).map { String($0.output.1) }
    }
  }

  /// Headers that C files below `folder` include in quotes.
  static func quotedIncludes(below folder: URL) throws -> [ImportLine] {
    try lines(below: folder, extensions: ["c", "h"]) { text in
      text.firstMatch(of: /^\s*#\s*include\s+"([^"]+)"/).map { String($0.output.1) }
    }
  }

  private static func lines(
    below folder: URL, extensions: Set<String>, name: (String) -> String?
  ) throws -> [ImportLine] {
    var found: [ImportLine] = []
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      guard extensions.contains(file.pathExtension) else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for (i, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        if let name = name(String(line)) {
          found.append(ImportLine(file: file, line: i + 1, name: name))
        }
      }
    }
    return found
  }
}
