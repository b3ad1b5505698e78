/// One source line as shown: tabs widened, control characters replaced, and no more than
/// `widest` characters around the caret.
struct SourceExcerpt {
  /// The shown text.
  private(set) var text = ""
  /// Terminal columns before the caret.
  private(set) var caretOffset = 0
  /// Terminal columns under the span, at least 1.
  private(set) var caretWidth = 0

  static let widest = 100
  private static let tabStop = 4
  private static let ellipsis = "..."

  /// `column` counts characters from 1 and may be one past the end of the line.
  init(_ line: String, column: Int, length: Int) {
    let caret = max(0, column - 1)
    let end = caret + min(length, Self.widest)
    let shown = Self.window(line, caret: caret, end: end)
    var width = 0
    if shown.isCutBefore { append(Self.ellipsis, Self.ellipsis.count, to: &width) }
    var index = shown.first
    caretOffset = width
    for character in shown.text {
      if index == caret { caretOffset = width }
      let (glyph, columns) = Self.glyph(character, at: width)
      append(glyph, columns, to: &width)
      index += 1
      if index > caret && index <= end { caretWidth = width - caretOffset }
    }
    if caret >= index {
      caretOffset = width
      caretWidth = 1
    }
    caretWidth = max(1, caretWidth)
    if shown.isCutAfter { append(Self.ellipsis, Self.ellipsis.count, to: &width) }
  }

  private mutating func append(_ glyph: String, _ columns: Int, to width: inout Int) {
    text += glyph
    width += columns
  }

  private struct Window {
    var text: Substring
    var first: Int
    var isCutBefore: Bool
    var isCutAfter: Bool
  }

  /// The characters to show: all of a short line, else `widest` of them with the caret a third in.
  private static func window(_ line: String, caret: Int, end: Int) -> Window {
    func index(_ offset: Int, from start: String.Index) -> String.Index {
      line.index(start, offsetBy: offset, limitedBy: line.endIndex) ?? line.endIndex
    }
    if index(widest, from: line.startIndex) == line.endIndex {
      return Window(text: line[...], first: 0, isCutBefore: false, isCutAfter: false)
    }
    let first = end <= widest - 10 ? 0 : max(0, caret - widest / 3)
    let start = index(first, from: line.startIndex)
    let stop = index(widest, from: start)
    return Window(
      text: line[start..<stop], first: first, isCutBefore: first > 0,
      isCutAfter: stop < line.endIndex)
  }

  /// What stands for one character, and the terminal columns that it takes.
  private static func glyph(_ character: Character, at width: Int) -> (String, Int) {
    if character == "\t" {
      let columns = tabStop - width % tabStop
      return (String(repeating: " ", count: columns), columns)
    }
    guard !character.unicodeScalars.contains(where: isControl) else { return ("\u{FFFD}", 1) }
    return (String(character), columns(character.unicodeScalars.first!))
  }

  /// East Asian wide characters and emoji take two columns, lone combining marks none.
  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0..<0x300: return 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    let category = scalar.properties.generalCategory
    return category == .nonspacingMark || category == .enclosingMark || category == .format ? 0 : 1
  }
}
