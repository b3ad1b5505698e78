import Diagnostics
import Testing

struct SourceFileTests {
  @Test func linesEndWithEitherMark() {
    let file = SourceFile(name: "f", text: "a\r\nb\n\nc")
    #expect(file.lines == ["a", "b", "", "c"])
    #expect(file.line(1) == "a" && file.line(4) == "c")
    #expect(file.line(0) == nil && file.line(5) == nil)
  }

  @Test func excerptKeepsLineNumbers() {
    let file = SourceFile(name: "f", excerpt: ["x", "y"], firstLine: 10)
    #expect(file.line(10) == "x" && file.line(11) == "y")
    #expect(file.line(9) == nil && file.line(12) == nil)
  }

  @Test func nearestWordIsASlipAway() {
    #expect(nearestWord(to: "recurent", among: ["input", "recurrent"]) == "recurrent")
    #expect(nearestWord(to: "zzz", among: ["input", "recurrent"]) == nil)
    #expect(nearestWord(to: "x", among: []) == nil)
  }
}
