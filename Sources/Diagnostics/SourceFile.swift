/// A text that diagnostics can point into: its name as the user gave it, and its lines.
package final class SourceFile: Sendable {
  package let name: String
  package let lines: [String]
  /// Number of `lines[0]` in the file: 1, but for an excerpt.
  package let firstLine: Int

  package init(name: String, text: String) {
    self.name = name
    firstLine = 1
    // Over bytes, because Swift takes "\r\n" for one character, which is not "\n".
    lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false).map {
      String(Substring($0.last == 13 ? $0.dropLast() : $0))
    }
  }

  /// A few lines of a file too large to keep for its diagnostics' sake.
  package init(name: String, excerpt: [String], firstLine: Int) {
    self.name = name
    self.firstLine = firstLine
    lines = excerpt
  }

  /// The line with this number, counted from 1; nil where the file (or excerpt) has none.
  package func line(_ number: Int) -> String? {
    let index = number - firstLine
    return lines.indices.contains(index) ? lines[index] : nil
  }
}

/// A range on one line of a source file. Lines and columns count from 1, columns in characters.
package struct SourceSpan: Sendable {
  package let file: SourceFile
  package let line: Int
  package let column: Int
  package let length: Int

  package init(file: SourceFile, line: Int, column: Int, length: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
    self.length = max(1, length)
  }
}
