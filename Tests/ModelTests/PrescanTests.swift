import Diagnostics
import Foundation
import Model
import Testing

/// What `body` costs this thread, however busy the machine is.
func processorSeconds(_ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
  let start = now()
  body()
  return now() - start
}

/// Limits and lexical traps that do not fit a small file.
@Suite struct PrescanTests {
  private func findings(_ text: String) -> [String] {
    let file = SourceFile(name: "a.yaml", text: text)
    return LexicalPrescan.findings(in: Array(text.utf8), of: file).map {
      guard case .span(let span)? = $0.place else { return $0.message }
      return "\(span.line):\(span.column): \($0.message)"
    }
  }

  @Test func nothingHidesInWordsQuotesAndComments() {
    let text = """
      a: x&y *z !t   # & * ! << --- {[ "
      b: "&a *b !c {[ # not a comment"
      c: '&a ''quoted'' {[ "'
      d: -1
      e: a:b
      f: [a-b, c#d, "}", '"', e:f, {"g":h}, !
      """
    #expect(findings(text) == ["6:39: a tag is not accepted in a description"])
  }

  @Test func keysOfDifferentMapsMayBeEqual() {
    let text = """
      a: {k: 1, l: {k: 2}}
      b:
        k: 1
        c:
          k: 2
      layers:
      - k: 1
        m: 2
      - k: 1
      -
        - k: 1
          m: {k: [{k: 1}, {k: 1}]}
        - k: 1
      d: 1
      """
    #expect(findings(text) == [])
  }

  @Test func everyDuplicateIsFound() {
    let text = """
      a: 1
      b: {x: 1, y: 2, "x": 3, 'y': 4}
      c:
      - k: 1
        k: 2
      "\\x61": 1
      b: 2
      """
    #expect(
      findings(text) == [
        "2:17: duplicate key 'x'", "2:25: duplicate key 'y'", "5:3: duplicate key 'k'",
        "6:1: duplicate key 'a'", "7:1: duplicate key 'b'",
      ])
  }

  /// Keys of one character in two halves are told apart, and halves alone are refused.
  @Test func halvesOfCharactersAreChecked() {
    let text = #"""
      {"\ud83d\ude00": 1, "\ud83d\ude01": 2, "\uD83D\uDE00": 3, "😀": 4,
      a: "\ud83d", b: "x\ude00\ud83d", c: "\ud83d\u0041", d: "\\ud83d"}
      """#
    let half = "this escape is half of a character"
    #expect(
      findings(text) == [
        "1:40: duplicate key '😀'", "1:59: duplicate key '😀'", "2:5: \(half)", "2:19: \(half)",
        "2:25: \(half)", "2:38: \(half)",
      ])
  }

  @Test(arguments: ["[", "{a: ", "- "]) func depthIsLimited(open: String) throws {
    let limit = LexicalPrescan.Limits.depth
    #expect(findings(String(repeating: open, count: limit)) == [])
    let found = findings(String(repeating: open, count: limit + 1))
    #expect(found == ["1:\(limit * open.count + 1): nested more than 64 levels deep"])
  }

  @Test func depthOfIndentedMapsIsLimited() {
    let lines = (0..<65).map { String(repeating: " ", count: $0) + "a:" }
    #expect(findings(lines.joined(separator: "\n")) == ["65:65: nested more than 64 levels deep"])
  }

  @Test func valuesAreCounted() {
    // One list and 49 999 values.
    let most = "[" + String(repeating: "1,", count: 49_998) + "1]"
    #expect(findings(most) == [])
    let found = findings("[" + String(repeating: "1,", count: 49_999) + "1]")
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("more than 50000 values, which is more than a description may have"))
  }

  @Test(arguments: ["-\n", "a\n", "- a:\n", "{a,b}\n", "[[],[]]\n"])
  func countingIsNotFooledByValuesOfNothing(line: String) {
    let text = String(repeating: line, count: 51_000)
    #expect(!findings(text).isEmpty)
  }

  @Test func sizeIsLimited() throws {
    let comment = "#" + String(repeating: " ", count: 1 << 20)
    let error = try #require(throws: InputError.self) { _ = try load(Array(comment.utf8)) }
    #expect(
      error.diagnostics.map(\.message) == [
        "more than 1 MiB, which is more than a description may have"
      ])
  }

  /// Half of the limit where the compiler optimises; a debug build is some thirty times slower.
  #if DEBUG
    private static let length = 1 << 15
  #else
    private static let length = 1 << 19
  #endif

  /// Linear in the length of the text, whatever it is made of.
  @Test(
    arguments: [
      "a", "a b ", "\"", "\"\" ", "'", "''", "# ", "{", "}", "[", "a: ", "a: {", ",", "\n", "\t",
      "- ", "? ", "\\", "é", "&a ", "k: v\n", "\"k\":1,",
      "\\ud83d\\ude00", "\"\\ud83d\\ude00\" ",
    ])
  func longTextsTakeNoTime(part: String) {
    let text = String(repeating: part, count: Self.length / part.utf8.count)
    let seconds = processorSeconds { _ = try? load(Array(text.utf8)) }
    #expect(seconds < 10, "\(part.debugDescription) took \(seconds) s")
  }

  @Test func manyKeysOnOneLineTakeNoTime() {
    let keys = (0..<Self.length / 32).map { "\"key\($0)\": 1" }.joined(separator: ",")
    let seconds = processorSeconds { _ = try? load(Array("{\(keys)}".utf8)) }
    #expect(seconds < 10, "took \(seconds) s")
  }

  @Test func byteOrderMarkIsSkipped() {
    #expect(throws: InputError.self) { _ = try load([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8)) }
    let text =
      "format: 1\ninputs: {x: {shape: [2]}}\nlayers: [{softmax: s}]\noutputs: {y: {from: s}}"
    #expect(throws: Never.self) { _ = try load([0xEF, 0xBB, 0xBF] + Array(text.utf8)) }
  }
}
