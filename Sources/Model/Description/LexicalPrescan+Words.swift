import Diagnostics

/// Keys and values, quoted or not.
extension LexicalPrescan {
  mutating func quotedScalar(closing quote: UInt8) {
    let start = at
    var pairs: [Int] = []
    at += 1
    while let next = byte(), next != .newline {
      if next == quote {
        if quote == UInt8(ascii: "'"), byte(1) == quote {
          at += 1
        } else {
          at += 1
          if !pairs.isEmpty { surrogates.append(SurrogateWord(pairs: pairs, end: at)) }
          return finish(ScalarText.unquote(bytes[start..<at]), from: start, isQuoted: true)
        }
      } else if next == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), byte(1) != .newline {
        surrogateEscape(&pairs)
        at += 1
      }
      at += 1
    }
    stop("this quote is not closed on its line", from: start)
  }

  mutating func plainScalar() {
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

  func endsPlain(_ next: UInt8, after end: Int) -> Bool {
    switch next {
    case UInt8(ascii: ":"): isBlankOrEnd(1) || inFlow && isFlowIndicator(1)
    case UInt8(ascii: "#"): at > end
    default: inFlow && UInt8.flowIndicators.contains(next)
    }
  }

  func isFlowIndicator(_ offset: Int) -> Bool {
    byte(offset).map { UInt8.flowIndicators.contains($0) } ?? false
  }

  /// A word has ended at `at`: a key if a ':' follows on its line.
  mutating func finish(_ text: String, from start: Int, isQuoted: Bool) {
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

  mutating func blockKey(_ text: String, from start: Int, to end: Int) {
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
  mutating func takeFlowKey(_ text: String?, from start: Int, to end: Int = 0) -> Bool {
    guard case .flowMap(var keys, true)? = contexts.last else { return false }
    contexts.removeLast()
    if let text { note(text, in: &keys, from: start, to: end) }
    contexts.append(.flowMap(keys: keys, expectsKey: false))
    return true
  }

  mutating func note(
    _ key: String, in keys: inout [String: Int], from start: Int, to end: Int
  ) {
    guard let earlier = keys.updateValue(line, forKey: key) else { return }
    report(
      "duplicate key \(quoted(key))", from: start, to: end,
      notes: ["its first place is line \(earlier)"])
  }
}
