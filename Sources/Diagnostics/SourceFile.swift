/// A text that diagnostics can point into: its name as the user gave it, and its lines.
package final class SourceFile: Sendable {
  package let name: String
  package let lines: [String]

  package init(name: String, text: String) {
    self.name = name
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasSuffix("\r") ? String($0.dropLast()) : String($0)
    }
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
