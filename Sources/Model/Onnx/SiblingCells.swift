/// G cells side by side, joined by a concat: one cell with block-diagonal matrices.
///
/// Exporters write grouped layers so. The cells must agree in all but their weights, only the
/// concat may read them, and they read either one vector or its G parts in order.
struct SiblingCells {
  let layers: [DescriptionLayer]
  /// Widths of layers and inputs.
  let widths: [String: Int]
  /// Names that an output is taken from.
  let outputs: Set<String>
  let cells: [String: CellWeights]

  struct Match {
    let cells: [String]
    let source: String
    /// Slices that nobody else reads.
    let slices: Set<String>
    let weights: CellWeights
  }

  /// The cells that a concat joins, if they are siblings.
  func match(_ concat: DescriptionLayer) -> Match? {
    guard concat.kind == "concat", concat.from.count > 1,
      Set(concat.from).count == concat.from.count
    else { return nil }
    let members = concat.from.compactMap { name in layers.first { $0.name == name } }
    guard members.count == concat.from.count, let first = members.first,
      members.allSatisfy({ isSibling($0, of: first) })
    else { return nil }
    let weights = members.compactMap { cells[$0.name] }
    guard weights.count == members.count else { return nil }
    let sources = members.map { $0.from[0] }
    if Set(sources).count == 1 {
      return CellWeights(siblings: weights, sharesInput: true).map {
        Match(cells: concat.from, source: sources[0], slices: [], weights: $0)
      }
    }
    guard let source = whole(of: sources),
      let merged = CellWeights(siblings: weights, sharesInput: false)
    else { return nil }
    let unread = sources.filter { readers(of: $0) == 1 && !outputs.contains($0) }
    return Match(cells: concat.from, source: source, slices: Set(unread), weights: merged)
  }

  private func isSibling(_ layer: DescriptionLayer, of first: DescriptionLayer) -> Bool {
    layer.kind == first.kind && layer.from.count == 1 && readers(of: layer.name) == 1
      && !outputs.contains(layer.name)
      && layer.keys.map { "\($0.key): \($0.value)" } == first.keys.map { "\($0.key): \($0.value)" }
  }

  private func readers(of name: String) -> Int { layers.count { $0.from.contains(name) } }

  /// The vector whose parts, all and in order, are these slices.
  private func whole(of slices: [String]) -> String? {
    var end = 0
    var source: String?
    for name in slices {
      guard let slice = layers.first(where: { $0.name == name }), slice.kind == "slice",
        let origin = slice.from.first, source ?? origin == origin,
        slice["start"] == "\(end)", let next = slice["end"].flatMap({ Int($0) })
      else { return nil }
      source = origin
      end = next
    }
    return source.flatMap { widths[$0] == end ? $0 : nil }
  }
}
