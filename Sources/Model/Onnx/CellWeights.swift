/// The weights of one recurrent layer, gate by gate, all dense: H units, I inputs.
struct CellWeights: Sendable {
  /// Entries of blocks written out as one dense matrix.
  static let limit = 1 << 26

  /// In the order of the `pytorch` layout.
  var gates: [String]
  var hidden: Int
  var inputs: Int
  /// `[H, I]` and `[H, H]` for each gate.
  var input, recurrent: [[Float]]
  /// `[H]` for each gate; empty where there are none.
  var inputBias, recurrentBias: [[Float]]
  /// The cell's own vectors, `[H]` each, by their names in files.
  var vectors: [(name: String, values: [Float])]
  /// Trained initial states, `[H]` each; empty where the layer starts at zero.
  var initial: [(state: String, values: [Float])]

  /// Cells beside each other as one of G * H units, which are blocks of H; nil where they differ in
  /// more than their numbers. `sharesInput`: all read the same vector, else each a part of it.
  init?(siblings: [CellWeights], sharesInput: Bool) {
    guard let first = siblings.first, siblings.allSatisfy({ $0.isLike(first) }) else { return nil }
    let units = siblings.count * max(first.hidden, first.inputs)
    guard units <= ModelLimits.size, first.gates.count * units <= Self.limit / units else {
      return nil
    }
    gates = first.gates
    hidden = siblings.count * first.hidden
    inputs = sharesInput ? first.inputs : siblings.count * first.inputs
    func stacked(_ lists: [[Float]]) -> [Float] { lists.flatMap { $0 } }
    func perGate(_ part: (CellWeights) -> [[Float]]) -> [[Float]] {
      first.gates.indices.filter { $0 < part(first).count }.map { gate in
        stacked(siblings.map { part($0)[gate] })
      }
    }
    let blocks = { (side: (CellWeights) -> [[Float]], columns: Int) -> [[Float]] in
      first.gates.indices.map { gate in
        blockDiagonal(siblings.map { side($0)[gate] }, rows: first.hidden, columns: columns)
      }
    }
    input = sharesInput ? perGate(\.input) : blocks(\.input, first.inputs)
    recurrent = blocks(\.recurrent, first.hidden)
    inputBias = perGate(\.inputBias)
    recurrentBias = perGate(\.recurrentBias)
    vectors = first.vectors.indices.map { i in
      (first.vectors[i].name, stacked(siblings.map { $0.vectors[i].values }))
    }
    initial = first.initial.indices.map { i in
      (first.initial[i].state, stacked(siblings.map { $0.initial[i].values }))
    }
  }

  init(
    gates: [String], hidden: Int, inputs: Int, input: [[Float]], recurrent: [[Float]],
    inputBias: [[Float]], recurrentBias: [[Float]], vectors: [(name: String, values: [Float])]
  ) {
    self.gates = gates
    self.hidden = hidden
    self.inputs = inputs
    self.input = input
    self.recurrent = recurrent
    self.inputBias = inputBias
    self.recurrentBias = recurrentBias
    self.vectors = vectors
    initial = []
  }

  private func isLike(_ other: CellWeights) -> Bool {
    gates == other.gates && hidden == other.hidden && inputs == other.inputs
      && inputBias.count == other.inputBias.count
      && vectors.map(\.name) == other.vectors.map(\.name)
      && initial.map(\.state) == other.initial.map(\.state)
  }
}

/// Row-major [rows, columns] blocks along the diagonal of one matrix.
private func blockDiagonal(_ blocks: [[Float]], rows: Int, columns: Int) -> [Float] {
  let width = blocks.count * columns
  var result = [Float](repeating: 0, count: blocks.count * rows * width)
  for (b, block) in blocks.enumerated() {
    for r in 0..<rows {
      let start = (b * rows + r) * width + b * columns
      result.replaceSubrange(start..<start + columns, with: block[r * columns..<(r + 1) * columns])
    }
  }
  return result
}
