import Foundation

/// A text differs from its golden file.
package struct GoldenMismatch: Error, CustomStringConvertible {
  package let description: String
}

/// Compares text with a file in the `Golden` folder beside the calling test.
///
/// RNNC_UPDATE_GOLDEN=1 rewrites the file instead; review the diff.
package func checkGolden(
  _ text: String, _ name: String, testFile: StaticString = #filePath
) throws {
  let folder = URL(filePath: "\(testFile)").deletingLastPathComponent().appending(path: "Golden")
  let url = folder.appending(path: name)
  if ProcessInfo.processInfo.environment["RNNC_UPDATE_GOLDEN"] == "1" {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return
  }
  guard let data = try? Data(contentsOf: url) else {
    throw GoldenMismatch(description: "no Golden/\(name); RNNC_UPDATE_GOLDEN=1 writes it")
  }
  let expected = String(decoding: data, as: UTF8.self)
  guard expected != text else { return }
  throw GoldenMismatch(
    description: "Golden/\(name) differs\n\(firstDifference(expected: expected, actual: text))")
}

/// The first line that differs, with its number.
private func firstDifference(expected: String, actual: String) -> String {
  let expected = expected.split(separator: "\n", omittingEmptySubsequences: false)
  let actual = actual.split(separator: "\n", omittingEmptySubsequences: false)
  let line = zip(expected, actual).prefix { $0 == $1 }.count
  func at(_ lines: [Substring]) -> Substring { line < lines.count ? lines[line] : "<end>" }
  return "line \(line + 1):\n  expected: \(at(expected))\n  actual:   \(at(actual))"
}

/// The names, relative to the `Golden` folder beside `testFile`, of the files with an extension.
package func goldenNames(withExtension ext: String, testFile: StaticString = #filePath) -> [String]
{
  let all = FileManager.default.enumerator(atPath: goldenFile("", testFile: testFile).path)
  return (all?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".\(ext)") }.sorted()
}

/// The golden file called `name`.
package func goldenFile(_ name: String, testFile: StaticString = #filePath) -> URL {
  URL(filePath: "\(testFile)").deletingLastPathComponent().appending(path: "Golden/\(name)")
}
