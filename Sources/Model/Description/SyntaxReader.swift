import Diagnostics
import Yams

/// Text to syntax tree: the prescan, then Yams `compose`, for YAML and JSON alike.
package enum SyntaxReader {
  /// Reads a whole description. Throws everything that is wrong with its syntax.
  package static func read(_ bytes: [UInt8], name: String) throws(InputError) -> SyntaxNode {
    let (text, file) = try decode(bytes, name: name)
    let scan = LexicalPrescan.scan(Array(text.utf8), of: file)
    guard scan.findings.isEmpty else { throw InputError(.malformed, scan.findings) }
    let yaml = scan.surrogates.isEmpty ? text : String(decoding: scan.textForYAML, as: UTF8.self)
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml, .default, .default, .utf8)
    } catch {
      throw InputError(.malformed, diagnostic(for: error, in: file))
    }
    guard let root else {
      let start = SourceSpan(file: file, line: 1, column: 1)
      throw InputError(.malformed, .error(start, "the description is empty"))
    }
    return try convert(root, in: file)
  }

  private static func decode(
    _ bytes: [UInt8], name: String
  ) throws(InputError) -> (String, SourceFile) {
    guard bytes.count <= LexicalPrescan.Limits.bytes else {
      throw InputError(
        .malformed,
        .error(file: name, "more than 1 MiB, which is more than a description may have"))
    }
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let content = isMarked ? bytes.dropFirst(3) : bytes[...]
    if let text = String(validating: content, as: UTF8.self) {
      return (text, SourceFile(name: name, text: text))
    }
    let file = SourceFile(name: name, text: String(decoding: content, as: UTF8.self))
    let place = span(ofInvalidUTF8In: content, file: file)
    throw InputError(.malformed, .error(place, "the text is not UTF-8 from here on"))
  }

  private static func span(
    ofInvalidUTF8In bytes: ArraySlice<UInt8>, file: SourceFile
  ) -> SourceSpan {
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var (line, column) = (1, 1)
    while case .valid(let scalar) = parser.parseScalar(from: &rest) {
      let isNewline = scalar.first == UInt8(ascii: "\n")
      (line, column) = isNewline ? (line + 1, 1) : (line, column + 1)
    }
    return SourceSpan(file: file, line: line, column: column)
  }

  private static func diagnostic(for error: any Error, in file: SourceFile) -> Diagnostic {
    let malformed = "malformed \(file.name.lowercased().hasSuffix(".json") ? "JSON" : "YAML")"
    return switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      .error(span(at: mark, in: file), "\(malformed): \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      .error(span(at: context.mark, in: file), "duplicate key \(quoted(keys.first ?? ""))")
    case .reader(let problem, _, _, _):
      .error(file: file.name, "\(malformed): \(problem)")
    default:
      .error(file: file.name, malformed)
    }
  }

  private static func span(at mark: Mark?, in file: SourceFile, length: Int = 1) -> SourceSpan {
    SourceSpan(
      file: file, line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1), length: length)
  }

  /// Recursive; the prescan bounds the depth.
  private static func convert(_ node: Node, in file: SourceFile) throws(InputError) -> SyntaxNode {
    let place = span(at: node.mark, in: file, length: length(of: node))
    switch node {
    case .scalar(let scalar):
      return SyntaxNode(.scalar(text: scalar.string, isQuoted: isQuoted(scalar)), span: place)
    case .sequence(let sequence):
      var items: [SyntaxNode] = []
      for item in sequence { items.append(try convert(item, in: file)) }
      return SyntaxNode(.list(items), span: place)
    case .mapping(let mapping):
      var entries: [SyntaxNode.Entry] = []
      for (key, value) in mapping {
        let key = try convert(key, in: file)
        guard case .scalar(let text, _) = key.content else {
          throw InputError(.malformed, .error(key.span, "a key must be a word, not \(key.phrase)"))
        }
        let value = try convert(value, in: file)
        entries.append(.init(key: text, keySpan: key.span, value: value))
      }
      return SyntaxNode(.map(entries), span: place)
    case .alias:
      throw InputError(.malformed, .error(place, "an alias is not accepted in a description"))
    }
  }

  private static func isQuoted(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .doubleQuoted || scalar.style == .singleQuoted
  }

  /// Characters of a word. Escapes count as what they stand for: finding the closing quote again
  /// would cost the length of the line for every word on it.
  private static func length(of node: Node) -> Int {
    guard case .scalar(let scalar) = node else { return 1 }
    return scalar.string.unicodeScalars.count + (isQuoted(scalar) ? 2 : 0)
  }
}
