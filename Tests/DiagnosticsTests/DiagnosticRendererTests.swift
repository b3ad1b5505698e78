import Diagnostics
import Testing

struct DiagnosticRendererTests {
  @Test func spanWithNotesAndHelp() {
    let line = "    recurrent: {structure: block_diagonal, blocks: 8}"
    let file = SourceFile(
      name: "kws.yaml", text: String(repeating: "\n", count: 19) + line + "\nnext")
    let diagnostic = Diagnostic.error(
      SourceSpan(file: file, line: 20, column: 17, length: 9),
      "rnn1: 'rnn1.weight_hh_l0' is not block diagonal with 8 blocks",
      notes: ["largest entry outside the blocks is 0.0312", "it is block diagonal with 4 blocks"],
      help: ["write 'blocks: 4'"])
    #expect(
      DiagnosticRenderer().render(diagnostic) == """
        kws.yaml:20:17: error: rnn1: 'rnn1.weight_hh_l0' is not block diagonal with 8 blocks
           20 |     recurrent: {structure: block_diagonal, blocks: 8}
              |                 ^~~~~~~~~
        note: largest entry outside the blocks is 0.0312
        note: it is block diagonal with 4 blocks
        help: write 'blocks: 4'

        """)
  }

  @Test func fileWithoutSpan() {
    let text = DiagnosticRenderer().render([
      .error(file: "model.onnx: node 'GRU_12' (GRU, input 2 'W')", "has rank 2"),
      .warning(file: "a.safetensors", "'x' is used by no layer"),
      Diagnostic(.error, at: nil, "nothing to do", help: ["name a model"]),
    ])
    #expect(
      text == """
        model.onnx: node 'GRU_12' (GRU, input 2 'W'): error: has rank 2
        a.safetensors: warning: 'x' is used by no layer
        error: nothing to do
        help: name a model

        """)
  }

  @Test func caretAtTheEndOfALine() {
    #expect(picture("abc", column: 4) == ["    1 | abc", "      |    ^"])
    #expect(picture("abc", column: 9) == ["    1 | abc", "      |    ^"])
    #expect(picture("", column: 1, length: 5) == ["    1 | ", "      | ^"])
  }

  @Test func rangeEndsWithTheLine() {
    #expect(picture("abcdef", column: 4, length: 99) == ["    1 | abcdef", "      |    ^~~"])
  }

  @Test func tabsKeepTheCaretInPlace() {
    #expect(picture("\tab\tc", column: 2, length: 2) == ["    1 |     ab  c", "      |     ^~"])
    #expect(picture("\tab\tc", column: 5) == ["    1 |     ab  c", "      |         ^"])
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(picture("é: x", column: 4) == ["    1 | é: x", "      |    ^"])
    #expect(picture("e\u{301}: x", column: 4) == ["    1 | e\u{301}: x", "      |    ^"])
    #expect(picture("日本: x", column: 5) == ["    1 | 日本: x", "      |       ^"])
    #expect(picture("日本: x", column: 1, length: 2) == ["    1 | 日本: x", "      | ^~~~"])
  }

  @Test func longLinesAreCutAroundTheCaret() throws {
    let line = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
    let shown = picture(line, column: 501)
    #expect(shown[0].hasPrefix("    1 | ...a") && shown[0].hasSuffix("b..."))
    #expect(shown[0].count == 8 + 100 + 6)
    let caret = try #require(shown[1].firstIndex(of: "^"))
    #expect(shown[0][caret] == "X")
    #expect(shown[1].hasSuffix("^"))
  }

  @Test func longLinesAreCutBehindAnEarlyCaret() {
    let shown = picture(String(repeating: "a", count: 500), column: 3, length: 2)
    #expect(shown == ["    1 | \(String(repeating: "a", count: 100))...", "      |   ^~"])
  }

  @Test func longRangesStayInsideTheWindow() {
    let shown = picture(String(repeating: "a", count: 500), column: 300, length: 200)
    #expect(shown[1].count <= shown[0].count)
    #expect(shown[1].contains("^~~~~"))
  }

  @Test func gutterGrowsWithTheLineNumber() {
    let file = SourceFile(name: "big.csv", excerpt: ["1,x"], firstLine: 1_234_567)
    let span = SourceSpan(file: file, line: 1_234_567, column: 3)
    #expect(
      DiagnosticRenderer().render(.error(span, "not a number")) == """
        big.csv:1234567:3: error: not a number
        1234567 | 1,x
                |   ^

        """)
  }

  @Test func unknownLineShowsNoSource() {
    let file = SourceFile(name: "a.yaml", text: "x")
    let text = DiagnosticRenderer().render(.error(SourceSpan(file: file, line: 7, column: 1), "m"))
    #expect(text == "a.yaml:7:1: error: m\n")
  }

  @Test func controlCharactersAreNotPrinted() {
    let file = SourceFile(name: "a\u{1B}.yaml", text: "k: \u{1B}[2Jx")
    let span = SourceSpan(file: file, line: 1, column: 4)
    #expect(
      DiagnosticRenderer().render(.error(span, "bad '\u{202E}\n'", notes: ["\u{7}"])) == """
        a\\u{1B}.yaml:1:4: error: bad '\\u{202E}\\u{A}'
            1 | k: \u{FFFD}[2Jx
              |    ^
        note: \\u{7}

        """)
  }

  @Test func colorChangesNothingElse() {
    let file = SourceFile(name: "a.yaml", text: "abc")
    let diagnostic = Diagnostic.warning(
      SourceSpan(file: file, line: 1, column: 1), "m", notes: ["n"], help: ["h"])
    let plain = DiagnosticRenderer().render(diagnostic)
    let colored = DiagnosticRenderer(usesColor: true).render(diagnostic)
    #expect(colored.contains("\u{1B}[1;35mwarning:\u{1B}[0m"))
    #expect(colored.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
  }

  @Test func recordHoldsTheFields() {
    let file = SourceFile(name: "a.yaml", text: "abc")
    let span = SourceSpan(file: file, line: 1, column: 2)
    let record = DiagnosticRecord(.error(span, "m", notes: ["n"], help: ["h"]))
    #expect(record.file == "a.yaml" && record.line == 1 && record.column == 2)
    #expect(record.severity == "error" && record.message == "m")
    #expect(record.notes == ["n"] && record.help == ["h"])
    let whole = DiagnosticRecord(.warning(file: "b.npz", "m"))
    #expect(whole.file == "b.npz" && whole.line == nil && whole.severity == "warning")
    #expect(DiagnosticRecord(Diagnostic(.error, at: nil, "m")).file == nil)
  }

  /// The source line and the caret line.
  private func picture(_ line: String, column: Int, length: Int = 1) -> [String] {
    let file = SourceFile(name: "f", text: line)
    let span = SourceSpan(file: file, line: 1, column: column, length: length)
    let text = DiagnosticRenderer().render(.error(span, "m"))
    return text.split(separator: "\n").dropFirst().map(String.init)
  }
}
