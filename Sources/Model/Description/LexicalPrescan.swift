import Diagnostics

/// The first look at a description: one pass over its bytes, before any YAML is parsed.
///
/// It finds what the YAML parser resolves and forgets (anchors, aliases, tags, merge keys,
/// duplicate keys, several documents) and bounds what the parser may cost (size, depth, node count). It
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
  enum Context {
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

  let file: SourceFile
  let bytes: [UInt8]
  var at = 0
  var tokenStart = 0
  /// The line of the token before.
  var tokenLine = 0
  var line = 1
  var lineStart = 0
  var contexts: [Context] = []
  var nodes = 0
  /// A key or dash was read whose value has not come yet.
  var awaitsValue = false
  /// The line of a plain value that the next line would continue.
  var openPlainLine: Int?
  var sawToken = false
  var documentEnded = false
  var isStopped = false
  var findings: [Diagnostic] = []
  /// Quoted words with escapes that JSON has and YAML does not.
  var surrogates: [SurrogateWord] = []

  /// Every finding in `text`, which is valid UTF-8 of at most `Limits.bytes` bytes.
  package static func findings(in bytes: [UInt8], of file: SourceFile) -> [Diagnostic] {
    scan(bytes, of: file).findings
  }

  /// The scan of the whole text.
  static func scan(_ bytes: [UInt8], of file: SourceFile) -> LexicalPrescan {
    var scan = LexicalPrescan(file: file, bytes: bytes)
    scan.checkCharacters()
    while !scan.isStopped, scan.skipToToken() { scan.token() }
    return scan
  }

  init(file: SourceFile, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }
}

// MARK: - Places and findings

extension LexicalPrescan {
  func byte(_ offset: Int = 0) -> UInt8? {
    at + offset < bytes.count ? bytes[at + offset] : nil
  }

  func isBlankOrEnd(_ offset: Int) -> Bool {
    guard let next = byte(offset) else { return true }
    return next == .space || next == .tab || next == .newline || next == .carriageReturn
  }

  var inFlow: Bool { contexts.last?.isFlow ?? false }
  var column: Int { at - lineStart }

  func span(from start: Int, to end: Int) -> SourceSpan {
    let isStart = { (byte: UInt8) in byte & 0xC0 != 0x80 }
    let column = bytes[lineStart..<start].count(where: isStart) + 1
    let length = bytes[start..<min(max(start, end), bytes.count)].count(where: isStart)
    return SourceSpan(file: file, line: line, column: column, length: length)
  }

  mutating func report(
    _ message: String, from start: Int? = nil, to end: Int? = nil, notes: [String] = [],
    help: [String] = []
  ) {
    let start = start ?? at
    let place = span(from: start, to: end ?? start + 1)
    findings.append(.error(place, message, notes: notes, help: help))
    if findings.count >= Limits.findings { isStopped = true }
  }

  /// Reports what makes the rest of the scan meaningless.
  mutating func stop(_ message: String, from start: Int? = nil, help: [String] = []) {
    report(message, from: start, help: help)
    isStopped = true
  }

  mutating func countNode(_ count: Int = 1) {
    nodes += count
    if nodes > Limits.nodes && !isStopped {
      stop(
        "more than \(Limits.nodes) values, which is more than a description may have",
        from: tokenStart)
    }
  }

  mutating func push(_ context: Context) {
    countNode()
    awaitsValue = false
    contexts.append(context)
    if contexts.count > Limits.depth && !isStopped {
      stop("nested more than \(Limits.depth) levels deep", from: tokenStart)
    }
  }
}

extension UInt8 {
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let flowIndicators: Set<UInt8> = Set(",[]{}".utf8)
}
