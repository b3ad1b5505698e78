import Diagnostics

/// Everything but words.
extension LexicalPrescan {
  /// Control characters and rare line ends would let YAML count lines differently.
  mutating func checkCharacters() {
    for (offset, byte) in bytes.enumerated() {
      switch byte {
      case .newline:
        line += 1
        lineStart = offset + 1
      case .tab: continue
      case .carriageReturn where offset + 1 < bytes.count && bytes[offset + 1] == .newline: continue
      case 0..<0x20, 0x7F: return stop("a control character is not accepted here", from: offset)
      case 0xC2 where (0x80..<0xA0).contains(bytes[offset + 1]):
        return stop("a control character is not accepted here", from: offset)
      case 0xE2 where bytes[offset + 1] == 0x80 && (0xA8...0xA9).contains(bytes[offset + 2]):
        return stop("a Unicode line separator is not accepted here", from: offset)
      default: continue
      }
    }
    line = 1
    lineStart = 0
  }

  /// Moves over blanks, comments and line ends; false at the end of the text.
  mutating func skipToToken() -> Bool {
    while let byte = byte() {
      switch byte {
      case .space, .tab, .carriageReturn: at += 1
      case .newline:
        at += 1
        line += 1
        lineStart = at
      case UInt8(ascii: "#"):
        openPlainLine = nil
        while let byte = self.byte(), byte != .newline { at += 1 }
      default: return true
      }
    }
    return false
  }

  mutating func token() {
    tokenStart = at
    if column == 0, documentMarker() { return }
    if documentEnded { return stop("a second document is not accepted") }
    if continuesPlainValue { return refuseContinuation() }
    if isIndentedByTab() { return stop("a tab cannot indent a line", help: ["use spaces"]) }
    openPlainLine = nil
    sawToken = true
    let first = bytes[at]
    switch first {
    case UInt8(ascii: "%") where column == 0: stop("a YAML directive is not accepted")
    case UInt8(ascii: "["): open(.flowList)
    case UInt8(ascii: "{"): open(.flowMap(keys: [:], expectsKey: true))
    case UInt8(ascii: "]"), UInt8(ascii: "}"): close()
    case UInt8(ascii: ","): comma()
    case UInt8(ascii: "&"): refuse("an anchor")
    case UInt8(ascii: "*"): refuse("an alias")
    case UInt8(ascii: "!"): refuse("a tag")
    case UInt8(ascii: "?") where inFlow || isBlankOrEnd(1):
      stop("a '?' key is not accepted", help: ["write 'key: value'"])
    case UInt8(ascii: ":") where inFlow || isBlankOrEnd(1): stop("there is no key before this ':'")
    case UInt8(ascii: "-") where isBlankOrEnd(1): item()
    case UInt8(ascii: "|") where !inFlow, UInt8(ascii: ">") where !inFlow:
      stop("a block scalar is not accepted", help: ["put the value in quotes on one line"])
    case UInt8(ascii: "\""): quotedScalar(closing: first)
    case UInt8(ascii: "'"): quotedScalar(closing: first)
    default: plainScalar()
    }
  }

  /// True when YAML would join this token to a plain value of an earlier line.
  var continuesPlainValue: Bool {
    guard let openPlainLine, line > openPlainLine else { return false }
    if inFlow { return !UInt8.flowIndicators.contains(bytes[at]) }
    return column > (contexts.last?.indent ?? -1)
  }

  mutating func refuseContinuation() {
    stop(
      "this line continues the value of the line before; a value stands on one line",
      help: [
        inFlow
          ? "close the brackets above, or put a comma between two values"
          : "correct the indentation, or put the whole value in quotes on one line"
      ])
  }

  /// Tabs are blanks inside of brackets only. Looks at the first token of a line.
  mutating func isIndentedByTab() -> Bool {
    guard tokenLine != line else { return false }
    tokenLine = line
    return !inFlow && bytes[lineStart..<at].contains(.tab)
  }

  /// Handles '---' and '...' at the start of a line.
  mutating func documentMarker() -> Bool {
    let isStart = bytes[at...].starts(with: "---".utf8) && isBlankOrEnd(3)
    let isEnd = bytes[at...].starts(with: "...".utf8) && isBlankOrEnd(3)
    guard isStart || isEnd else { return false }
    if isStart && sawToken {
      stop("a second document is not accepted", help: ["remove the '---'"])
      return true
    }
    sawToken = true
    documentEnded = documentEnded || isEnd
    openPlainLine = nil
    at += 3
    return true
  }

  mutating func refuse(_ what: String) {
    let start = at
    at += 1
    while !isBlankOrEnd(0), let next = byte(), !UInt8.flowIndicators.contains(next) { at += 1 }
    report(
      "\(what) is not accepted in a description", from: start, to: at,
      help: ["write the value itself, or put text in quotes"])
  }

  mutating func open(_ context: Context) {
    takeFlowKey(nil, from: at)
    push(context)
    at += 1
  }

  mutating func close() {
    if awaitsValue { countNode() }
    awaitsValue = false
    if inFlow { contexts.removeLast() }
    at += 1
    var next = at
    while next < bytes.count, bytes[next] == .space || bytes[next] == .tab { next += 1 }
    if next < bytes.count, bytes[next] == UInt8(ascii: ":") {
      stop("a key must be a word, not a list or a map", from: next)
    }
  }

  mutating func comma() {
    if awaitsValue { countNode() }
    awaitsValue = false
    if case .flowMap(let keys, _)? = contexts.last {
      contexts[contexts.count - 1] = .flowMap(keys: keys, expectsKey: true)
    }
    at += 1
  }

  mutating func item() {
    if inFlow { return stop("'- ' begins a list item only outside of brackets") }
    let column = column
    popBlocks(rightOf: column)
    if case .blockList(column)? = contexts.last {
      if awaitsValue { countNode() }
    } else {
      push(.blockList(indent: column))
    }
    awaitsValue = true
    at += 1
  }

  mutating func popBlocks(rightOf column: Int) {
    while let last = contexts.last, last.indent > column { contexts.removeLast() }
  }
}
