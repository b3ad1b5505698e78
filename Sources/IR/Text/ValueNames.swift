/// The names of a function's values in text: parameters and states by their own, all others
/// numbered in the order of the text.
package struct ValueNames {
  private var names: [ValueID: String] = [:]
  private var taken: Set<String> = []
  private var next = 0

  package init(_ function: Function) {
    for parameter in function.parameters { name(parameter.value, parameter.name) }
    number(function.body)
  }

  /// `%3`, `%frame`, `%rnn.h_l0`.
  package subscript(value: ValueID) -> String { names[value] ?? "%undefined.\(value.index)" }

  /// Whether the text name of a state's value does not tell the state's name, because a parameter
  /// or another state has that name.
  package func needsLabel(_ state: Scan.State) -> Bool {
    self[state.before] != "%" + Self.spelled(state.name)
  }

  private mutating func number(_ block: [Operation]) {
    for operation in block {
      for result in operation.results { number(result) }
      if case .scan(let scan) = operation.op {
        for state in scan.states { name(state.before, state.name) }
        number(scan.body)
      }
    }
  }

  private mutating func name(_ value: ValueID, _ name: String) {
    let spelled = "%" + Self.spelled(name)
    if taken.insert(spelled).inserted { names[value] = spelled } else { number(value) }
  }

  private mutating func number(_ value: ValueID) {
    names[value] = "%\(next)"
    next += 1
  }

  /// `name` as it is where the grammar's words allow it, in quotes elsewhere.
  package static func spelled(_ name: String) -> String {
    isWord(name) ? name : quoted(name)
  }

  package static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case " "..."~": text.unicodeScalars.append(scalar)
      default: text += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return text + "\""
  }

  /// A letter or `_`, then letters, digits, `_`, `.` and (not last) `-`, all of ASCII.
  private static func isWord(_ name: String) -> Bool {
    let characters = Array(name)
    guard let first = characters.first, IRLexer.startsWord(first) else { return false }
    for (index, character) in characters.enumerated() where !IRLexer.continuesWord(character) {
      let follower = index + 1 < characters.count ? characters[index + 1] : " "
      guard character == "-", IRLexer.continuesWord(follower) else { return false }
    }
    return true
  }
}
