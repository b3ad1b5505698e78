extension DescriptionText {
  /// `/rnn/LSTM_1` is rnn_1, `/fc1/MatMul` is fc1, `head` is head; a name that only says the
  /// operator becomes the layer's kind.
  static func layerWord(_ nodeName: String, opType: String, kind: String) -> String {
    var parts = nodeName.split(whereSeparator: { "/:".contains($0) }).map(String.init)
    guard let last = parts.popLast() else { return kind }
    let number = last.split(separator: "_").last.map(String.init) ?? ""
    let isNumbered = !number.isEmpty && number.allSatisfy(\.isNumber)
    let plain = isNumbered ? String(last.dropLast(number.count + 1)) : last
    let isMadeUp =
      plain.lowercased().hasPrefix("node_") || plain.lowercased() == opType.lowercased()
    if !isMadeUp { return word(last) }
    return parts.last.map { word($0 + (isNumbered ? "_\(number)" : "")) } ?? kind
  }

  /// A name that descriptions accept, and that YAML takes for a text.
  static func word(_ text: String) -> String {
    let mapped = text.map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber || "_-".contains(character))
        ? character : "_"
    }
    var word = String(mapped.prefix(100))
    while word.hasPrefix("_") || word.hasPrefix("-") { word.removeFirst() }
    while word.hasSuffix("_") { word.removeLast() }
    let reserved = ["", "true", "false", "null", "none"]
    guard !reserved.contains(word.lowercased()), word.first?.isLetter == true else {
      return word.isEmpty ? "value" : "v_" + word
    }
    return word
  }
}
