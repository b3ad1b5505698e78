import Diagnostics

/// One value that replaces what a description says: `dims.hidden=512`, or for sweeps
/// `rnn1.recurrent.blocks=4`.
package struct Override: Sendable {
  package enum Target: Sendable, Hashable {
    case dim(String)
    /// A parameter of the structure at `side` (`input`, `recurrent` or `weight`) of a layer. A
    /// structure without such a parameter gives way to the first kind that has it alone.
    case structure(layer: String, side: String, key: String)
  }

  package var target: Target
  package var value: Int

  package init(_ target: Target, value: Int) {
    self.target = target
    self.value = value
  }

  /// Reads the text after `--set`. Throws when it is not `dims.NAME=VALUE` with a positive integer.
  package static func dim(_ text: String) throws(InputError) -> Override {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, path.count == 2, path[0] == "dims", !path[1].isEmpty else {
      throw InputError(
        .malformed,
        Diagnostic(
          .error, at: nil, "--set takes dims.NAME=VALUE, not \(quoted(text))",
          help: ["write, for example, '--set dims.hidden=512'"]))
    }
    guard let value = Int(parts[1]), (1...ModelLimits.size).contains(value) else {
      throw InputError(
        .malformed,
        Diagnostic(
          .error, at: nil,
          "--set \(parts[0]) takes an integer from 1 to \(ModelLimits.size), not "
            + quoted(parts[1])
        ))
    }
    return Override(.dim(String(path[1])), value: value)
  }
}

extension DescriptionReader {
  /// Every dimension that is replaced must be there.
  mutating func checkDimOverrides() {
    for override in overrides {
      guard case .dim(let name) = override.target, dims[name] == nil else { continue }
      if dims.isEmpty {
        let message = "--set dims.\(name): the description has no 'dims'"
        diagnostics.append(Diagnostic(.error, at: nil, message))
      } else {
        reportOverride("--set: 'dims' has no \(quoted(name))", name, among: Array(dims.keys))
      }
    }
  }

  /// So must every structure parameter.
  mutating func checkStructureOverrides(_ description: Description) {
    for override in overrides {
      guard case .structure(let layer, let side, let key) = override.target else { continue }
      checkStructureOverride(layer, side, key, in: description)
    }
  }

  private mutating func checkStructureOverride(
    _ layer: String, _ side: String, _ key: String, in description: Description
  ) {
    guard let found = description.layers.first(where: { $0.name.text == layer }) else {
      let names = description.layers.map(\.name.text)
      return reportOverride("there is no layer \(quoted(layer))", layer, among: names)
    }
    let sides = found.word.keys.filter { if case .structure = $0.rule { true } else { false } }
      .map(\.key)
    guard sides.contains(side) else {
      return reportOverride("\(layer) has no structure \(quoted(side))", side, among: sides)
    }
    guard found.fields.structure(side)?.structure.value(ofKey: key) != nil else {
      return reportOverride(
        "no structure has the parameter \(quoted(key))", key, among: structureParameterKeys)
    }
  }

  private mutating func reportOverride(_ message: String, _ word: String, among words: [String]) {
    diagnostics.append(
      Diagnostic(
        .error, at: nil, message, notes: ["there is \(choices(words.sorted(), "and"))"],
        help: diagnostics.guess(word, among: words)))
  }
}
