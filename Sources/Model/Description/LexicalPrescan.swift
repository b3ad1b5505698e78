import Diagnostics

/// The first look at a description: one pass over its bytes, before any YAML is parsed.
///
/// It finds what the YAML parser resolves and forgets (anchors, aliases, tags, merge keys, duplicate
/// keys, several documents) and bounds what the parser may cost (size, depth, node count). It
/// narrows YAML to values that stand on one line, so that no quote or continued line can hide
/// anything from it. O(bytes).
package struct LexicalPrescan {
  package enum Limits {
    package static let bytes = 1 << 20
    package static let depth = 64
    package static let nodes = 50_000
    /// Findings after which the scan gives up.
    static let findings = 50
  }

  /// What encloses the current byte.
  private enum Context {
    case blockMap(indent: Int, keys: [String: Int])
    case blockList(indent: Int)
    case flowMap(keys: [String: Int], expectsKey: Bool)
    case flowList

    var isFlow: Bool {
      switch self {
      case .flowMap, .flowList: true
      case .blockMap, .blockList: false
      }
    }

    /// The column of a block collection; nothing is left of a flow collection.
    var indent: Int {
      switch self {
      case .blockMap(let indent, _), .blockList(let indent): indent
      case .flowMap, .flowList: -1
      }
    }
  }

  private let file: SourceFile
  private let bytes: [UInt8]
  private var at = 0
  private var tokenStart = 0
  /// The line of the token before.
  private var tokenLine = 0
  private var line = 1
  private var lineStart = 0
  private var contexts: [Context] = []
  private var nodes = 0
  /// A key or dash was read whose value has not come yet.
  private var awaitsValue = false
  /// The line of a plain value that the next line would continue.
  private var openPlainLine: Int?
  private var sawToken = false
  private var documentEnded = false
  private var isStopped = false
  private var findings: [Diagnostic] = []

  /// Every finding in `text`, which is valid UTF-8 of at most `Limits.bytes` bytes.
  package static func findings(in bytes: [UInt8], of file: SourceFile) -> [Diagnostic] {
    var scan = LexicalPrescan(file: file, bytes: bytes)
    scan.checkCharacters()
    while !scan.isStopped, scan.skipToToken() { scan.token() }
    return scan.findings
  }

  private init(file: SourceFile, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }
}

// MARK: - Places and findings

extension LexicalPrescan {
  private func byte(_ offset: Int = 0) -> UInt8? {
    at + offset < bytes.count ? bytes[at + offset] : nil
  }

  private func isBlankOrEnd(_ offset: Int) -> Bool {
    guard let next = byte(offset) else { return true }
    return next == .space || next == .tab || next == .newline || next == .carriageReturn
  }

  private var inFlow: Bool { contexts.last?.isFlow ?? false }
  private var column: Int { at - lineStart }

  private func span(from start: Int, to end: Int) -> SourceSpan {
    let isStart = { (byte: UInt8) in byte & 0xC0 != 0x80 }
    let column = bytes[lineStart..<start].count(where: isStart) + 1
    let length = bytes[start..<min(max(start, end), bytes.count)].count(where: isStart)
    return SourceSpan(file: file, line: line, column: column, length: length)
  }

  private mutating func report(
    _ message: String, from start: Int? = nil, to end: Int? = nil, notes: [String] = [],
    help: [String] = []
  ) {
    let start = start ?? at
    let place = span(from: start, to: end ?? start + 1)
    findings.append(.error(place, message, notes: notes, help: help))
    if findings.count >= Limits.findings { isStopped = true }
  }

  /// Reports what makes the rest of the scan meaningless.
  private mutating func stop(_ message: String, from start: Int? = nil, help: [String] = []) {
    report(message, from: start, help: help)
    isStopped = true
  }

  private mutating func countNode(_ count: Int = 1) {
    nodes += count
    if nodes > Limits.nodes && !isStopped {
      stop(
        "more than \(Limits.nodes) values, which is more than a description may have",
        from: tokenStart)
    }
  }

  private mutating func push(_ context: Context) {
    countNode()
    awaitsValue = false
    contexts.append(context)
    if contexts.count > Limits.depth && !isStopped {
      stop("nested more than \(Limits.depth) levels deep", from: tokenStart)
    }
  }
}

// MARK: - Tokens

extension LexicalPrescan {
  /// Control characters and rare line ends would let YAML count lines differently.
  private mutating func checkCharacters() {
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
  private mutating func skipToToken() -> Bool {
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

  private mutating func token() {
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
  private var continuesPlainValue: Bool {
    guard let openPlainLine, line > openPlainLine else { return false }
    if inFlow { return !UInt8.flowIndicators.contains(bytes[at]) }
    return column > (contexts.last?.indent ?? -1)
  }

  private mutating func refuseContinuation() {
    stop(
      "this line continues the value of the line before; a value stands on one line",
      help: [
        inFlow
          ? "close the brackets above, or put a comma between two values"
          : "correct the indentation, or put the whole value in quotes on one line"
      ])
  }

  /// Tabs are blanks inside of brackets only. Looks at the first token of a line.
  private mutating func isIndentedByTab() -> Bool {
    guard tokenLine != line else { return false }
    tokenLine = line
    return !inFlow && bytes[lineStart..<at].contains(.tab)
  }

  /// Handles '---' and '...' at the start of a line.
  private mutating func documentMarker() -> Bool {
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

  private mutating func refuse(_ what: String) {
    let start = at
    at += 1
    while !isBlankOrEnd(0), let next = byte(), !UInt8.flowIndicators.contains(next) { at += 1 }
    report(
      "\(what) is not accepted in a description", from: start, to: at,
      help: ["write the value itself, or put text in quotes"])
  }

  private mutating func open(_ context: Context) {
    takeFlowKey(nil, from: at)
    push(context)
    at += 1
  }

  private mutating func close() {
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

  private mutating func comma() {
    if awaitsValue { countNode() }
    awaitsValue = false
    if case .flowMap(let keys, _)? = contexts.last {
      contexts[contexts.count - 1] = .flowMap(keys: keys, expectsKey: true)
    }
    at += 1
  }

  private mutating func item() {
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

  private mutating func popBlocks(rightOf column: Int) {
    while let last = contexts.last, last.indent > column { contexts.removeLast() }
  }
}

// MARK: - Words

extension LexicalPrescan {
  private mutating func quotedScalar(closing quote: UInt8) {
    let start = at
    at += 1
    while let next = byte(), next != .newline {
      if next == quote {
        if quote == UInt8(ascii: "'"), byte(1) == quote {
          at += 1
        } else {
          at += 1
          return finish(ScalarText.unquote(bytes[start..<at]), from: start, isQuoted: true)
        }
      } else if next == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), byte(1) != .newline {
        at += 1
      }
      at += 1
    }
    stop("this quote is not closed on its line", from: start)
  }

  private mutating func plainScalar() {
    let start = at
    var end = at
    while let next = byte(), next != .newline, !endsPlain(next, after: end) {
      at += 1
      if next != .space && next != .tab && next != .carriageReturn { end = at }
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    let endsAtLineEnd = byte() == nil || byte() == .newline
    finish(text, from: start, isQuoted: false)
    openPlainLine = endsAtLineEnd ? line : nil
  }

  private func endsPlain(_ next: UInt8, after end: Int) -> Bool {
    switch next {
    case UInt8(ascii: ":"): isBlankOrEnd(1) || inFlow && isFlowIndicator(1)
    case UInt8(ascii: "#"): at > end
    default: inFlow && UInt8.flowIndicators.contains(next)
    }
  }

  private func isFlowIndicator(_ offset: Int) -> Bool {
    byte(offset).map { UInt8.flowIndicators.contains($0) } ?? false
  }

  /// A word has ended at `at`: a key if a ':' follows on its line.
  private mutating func finish(_ text: String, from start: Int, isQuoted: Bool) {
    let end = at
    while byte() == .space || byte() == .tab { at += 1 }
    let isColon = byte() == UInt8(ascii: ":")
    let isKey = isColon && (isBlankOrEnd(1) || inFlow && (isQuoted || isFlowIndicator(1)))
    let keyEnd = isQuoted ? end : start + text.utf8.count
    if isKey { at += 1 }
    if !isQuoted && text == "<<" && isKey {
      report("a merge key is not accepted in a description", from: start, to: keyEnd)
    }
    if takeFlowKey(text, from: start, to: keyEnd) {
      countNode(isKey ? 1 : 2)
    } else if isKey && !inFlow {
      blockKey(text, from: start, to: keyEnd)
    } else {
      countNode()
    }
    awaitsValue = isKey
  }

  private mutating func blockKey(_ text: String, from start: Int, to end: Int) {
    let column = start - lineStart
    popBlocks(rightOf: column)
    if case .blockList(column)? = contexts.last { contexts.removeLast() }
    if case .blockMap(column, var keys)? = contexts.last {
      // Removed while it changes, so that the dictionary is not copied for every key.
      contexts.removeLast()
      if awaitsValue { countNode() }
      note(text, in: &keys, from: start, to: end)
      contexts.append(.blockMap(indent: column, keys: keys))
    } else {
      push(.blockMap(indent: column, keys: [text: line]))
    }
    countNode()
  }

  /// Takes the next word as a key where the enclosing braces expect one.
  @discardableResult
  private mutating func takeFlowKey(_ text: String?, from start: Int, to end: Int = 0) -> Bool {
    guard case .flowMap(var keys, true)? = contexts.last else { return false }
    contexts.removeLast()
    if let text { note(text, in: &keys, from: start, to: end) }
    contexts.append(.flowMap(keys: keys, expectsKey: false))
    return true
  }

  private mutating func note(
    _ key: String, in keys: inout [String: Int], from start: Int, to end: Int
  ) {
    guard let earlier = keys.updateValue(line, forKey: key) else { return }
    report(
      "duplicate key \(quoted(key))", from: start, to: end,
      notes: ["its first place is line \(earlier)"])
  }
}

extension UInt8 {
  fileprivate static let space = UInt8(ascii: " ")
  fileprivate static let tab = UInt8(ascii: "\t")
  fileprivate static let newline = UInt8(ascii: "\n")
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
  fileprivate static let flowIndicators: Set<UInt8> = Set(",[]{}".utf8)
}
