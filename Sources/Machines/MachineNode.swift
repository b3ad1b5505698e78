import DataFiles
import Diagnostics

/// A value of a machine file with its place, for messages.
struct MachineNode {
  let file: String
  /// `caches[1].bytes`; empty for the whole.
  var place = ""
  let value: JSONText

  func fail(_ message: String, help: [String] = []) -> InputError {
    .malformed(file, place.isEmpty ? message : "\(place): \(message)", help: help)
  }

  private func expected(_ what: String) -> InputError { fail("expected \(what)") }

  /// The members of an object that must have exactly these keys. What is wrong with `first` is
  /// said before anything else.
  func members(
    _ keys: [String], first: String? = nil
  ) throws(InputError) -> [String: MachineNode] {
    guard case .object(let pairs) = value else { throw expected("an object") }
    let prefix = place.isEmpty ? "" : place + "."
    let members = Dictionary(
      pairs.map { ($0, MachineNode(file: file, place: prefix + $0, value: $1)) },
      uniquingKeysWith: { $1 })
    if let first, members[first] == nil { throw fail("there is no '\(first)'") }
    for (key, _) in pairs where !keys.contains(key) {
      let near = nearestWord(to: key, among: keys).map { ["did you mean '\($0)'?"] } ?? []
      throw fail("unknown key '\(key.prefix(80))'", help: near)
    }
    for key in keys where members[key] == nil { throw fail("there is no '\(key)'") }
    return members
  }

  func items() throws(InputError) -> [MachineNode] {
    guard case .array(let items) = value else { throw expected("a list") }
    return items.enumerated().map {
      MachineNode(file: file, place: "\(place)[\($0)]", value: $1)
    }
  }

  /// 1 ... limit.
  func count(upTo limit: Int) throws(InputError) -> Int {
    guard case .integer(let value) = value, (1...limit).contains(value) else {
      throw expected("a whole number from 1 to \(limit)")
    }
    return value
  }

  /// More than 0.
  func number() throws(InputError) -> Double {
    switch value {
    case .integer(let value) where value > 0: return Double(value)
    case .number(let value) where value > 0: return value
    default: throw expected("a number above 0")
    }
  }

  func text() throws(InputError) -> String {
    guard case .string(let text) = value else { throw expected("a text") }
    return text
  }

  func flag() throws(InputError) -> Bool {
    guard case .flag(let value) = value else { throw expected("true or false") }
    return value
  }

  var isNull: Bool { if case .null = value { true } else { false } }

  func require(word: String) throws(InputError) {
    guard case .string(word) = value else { throw expected("\"\(word)\"") }
  }
}
