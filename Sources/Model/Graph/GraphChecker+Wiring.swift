import Diagnostics

/// Names, and the order in which layers can run.
extension GraphChecker {
  mutating func collectNames() {
    for (index, input) in description.inputs.enumerated() { add(input.name, .input(index)) }
    for (index, layer) in description.layers.enumerated() { add(layer.name, .layer(index)) }
  }

  private mutating func add(_ name: Name, _ place: Source) {
    guard let earlier = places[name.text] else {
      places[name.text] = place
      return
    }
    let span =
      switch earlier {
      case .input(let i): description.inputs[i].name.span
      case .layer(let i): description.layers[i].name.span
      }
    report(
      name.span, "the name '\(name.text)' is taken already",
      notes: ["inputs and layers share their names; its first place is line \(span.line)"])
  }

  mutating func resolveSources() {
    for (index, layer) in description.layers.enumerated() {
      let found = layer.from.map { resolve($0, of: layer) } ?? sourceBefore(index)
      sources.append(found.flatMap { checkCount($0, of: layer) ? $0 : nil })
    }
  }

  private mutating func resolve(_ names: [Name], of layer: Description.Layer) -> [Source]? {
    let found = names.compactMap { place(of: $0, subject: layer.name.text) }
    return found.count == names.count ? found : nil
  }

  /// What a name after `from:` means, or nil with an error.
  mutating func place(of name: Name, subject: String) -> Source? {
    if let place = places[name.text] { return place }
    let names = (description.inputs.map(\.name) + description.layers.map(\.name)).prefix(20)
    report(
      name.span, "\(subject): there is no layer or input \(quoted(name.text))",
      notes: ["there is \(choices(names.map(\.text), "and"))"],
      help: diagnostics.guess(name.text, among: places.keys))
    return nil
  }

  /// The layer before, or the model's only input.
  private mutating func sourceBefore(_ index: Int) -> [Source]? {
    if index > 0 { return [.layer(index - 1)] }
    if description.inputs.count == 1 { return [.input(0)] }
    let name = description.layers[index].name
    let inputs = description.inputs.map(\.name.text)
    report(
      name.span,
      "\(name.text): the model has several inputs, and 'from' does not say which one is meant",
      help: ["write 'from:' with \(choices(inputs))"])
    return nil
  }

  private mutating func checkCount(_ sources: [Source], of layer: Description.Layer) -> Bool {
    guard case .plain(let plain) = layer.word, plain.joinsSources, sources.count < 2 else {
      return true
    }
    report(
      layer.name.span, "\(layer.name.text): '\(plain.rawValue)' joins at least two values",
      help: ["write 'from: [a, b]'"])
    return false
  }

  /// Every layer after its sources, else as the description has them. Layers of a cycle are
  /// reported and left out.
  mutating func layerOrder() -> [Int] {
    enum Visit { case none, open, done }
    var visits = [Visit](repeating: .none, count: sources.count)
    var order: [Int] = []
    for start in sources.indices where visits[start] == .none {
      // Depth first without recursion: (layer, how many of its sources were followed).
      var path = [(layer: start, followed: 0)]
      visits[start] = .open
      while let (layer, followed) = path.last {
        let needed = sources[layer] ?? []
        guard followed < needed.count else {
          visits[layer] = .done
          order.append(layer)
          path.removeLast()
          continue
        }
        path[path.count - 1].followed += 1
        guard case .layer(let next) = needed[followed] else { continue }
        if visits[next] == .open {
          reportCycle(path.map(\.layer).drop { $0 != next })
        } else if visits[next] == .none {
          visits[next] = .open
          path.append((next, 0))
        }
      }
    }
    return order
  }

  private mutating func reportCycle(_ cycle: ArraySlice<Int>) {
    let first = description.layers[cycle.min()!]
    let names = cycle.sorted().map { description.layers[$0].name.text }
    let span = first.from?.first?.span ?? first.name.span
    report(
      span,
      names.count == 1
        ? "\(names[0]): a layer cannot read its own result"
        : "the layers \(choices(names, "and")) form a cycle",
      help: [
        "a value of the step before comes from a recurrent layer or a 'delay' in one direction"
      ])
    for layer in cycle { sources[layer] = nil }
  }
}
