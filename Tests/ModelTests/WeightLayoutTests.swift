import Diagnostics
import IR
import Model
import Tensors
import TestSupport
import Testing

/// One network written in every layout must arrive as the same numbers.
@Suite struct WeightLayoutTests {
  /// A network in canonical order: per sublayer and gate, row-major `[n, d]`, `[n, n]` and `[n]`.
  struct Network {
    var cell: any Cell
    var hidden: Int
    var widths: [Int]
    var input: [[String: [Float]]] = []
    var recurrent: [[String: [Float]]] = []
    var inputBias: [[String: [Float]]] = []
    var recurrentBias: [[String: [Float]]] = []

    init(_ cell: any Cell, inputs: Int, hidden: Int, sublayers: Int, blocks: Int = 1) {
      self.cell = cell
      self.hidden = hidden
      widths = [inputs] + Array(repeating: hidden, count: sublayers - 1)
      var random = SeededRandom(seed: 5)
      func values(_ count: Int) -> [Float] { (0..<count).map { _ in random.uniform(1) } }
      for width in widths {
        var parts: [[String: [Float]]] = [[:], [:], [:], [:]]
        for gate in cell.gates {
          parts[0][gate] = values(hidden * width)
          parts[1][gate] = masked(values(hidden * hidden), hidden, blocks)
          parts[2][gate] = values(hidden)
          parts[3][gate] = values(hidden)
        }
        input.append(parts[0])
        recurrent.append(parts[1])
        inputBias.append(parts[2])
        recurrentBias.append(parts[3])
      }
    }

    /// `[gates * n, columns]` in the order of a layout.
    func stacked(_ parts: [String: [Float]], _ layout: Layout) -> [Float] {
      cell.gateOrder(in: layout).flatMap { parts[$0]! }
    }
  }

  static func lstm() -> LSTM {
    var options = CellOptions()
    options.activations = ["activation": .tanh, "gate_activation": .sigmoid]
    return LSTM(options)
  }

  static func gru(_ reset: String) -> GRU {
    var options = CellOptions()
    options.activations = ["activation": .tanh, "gate_activation": .sigmoid]
    options.words = ["reset": reset, "update": "old"]
    return GRU(options)
  }

  static func rnn() -> ElmanRNN {
    var options = CellOptions()
    options.activations = ["activation": .tanh]
    return ElmanRNN(options)
  }

  static let cells: [(String, any Cell)] = [
    ("rnn", rnn()), ("lstm", lstm()), ("gru", gru("after")), ("gru", gru("before")),
  ]

  @Test(arguments: 0..<4, Layout.allCases)
  func arrivesTheSameFromEveryLayout(cell: Int, layout: Layout) throws {
    let (keyword, cell) = Self.cells[cell]
    for sublayers in [1, 2] {
      let network = Network(cell, inputs: 3, hidden: 5, sublayers: sublayers)
      let text = description(keyword, cell, layout, sublayers: sublayers)
      let model = try load(text, weights(network, layout, suffixed: true))
      #expect(model.warnings.isEmpty)
      try expectSame(model.graph, network, layout)
      if sublayers == 1 {
        let bare = try load(text, weights(network, layout, suffixed: false))
        try expectSame(bare.graph, network, layout)
      }
    }
  }

  @Test func biasesMayBeAbsent() throws {
    for layout in Layout.allCases {
      let network = Network(Self.lstm(), inputs: 3, hidden: 5, sublayers: 1)
      var weights = weights(network, layout, suffixed: true)
      weights.tensors = weights.tensors.filter { !$0.key.contains("bias") && $0.key != "l.l0.B" }
      let model = try load(description("lstm", Self.lstm(), layout, sublayers: 1), weights)
      guard case .recurrent(let layer) = model.graph.layers[0].kind else { return }
      #expect(layer.sublayers[0].inputBias.isEmpty)
      #expect(layer.sublayers[0].recurrentBias.isEmpty)
    }
  }

  private func description(
    _ keyword: String, _ cell: any Cell, _ layout: Layout, sublayers: Int, more: String = ""
  ) -> String {
    let reset = (cell as? GRU).map { "    reset: \($0.reset.rawValue)\n" } ?? ""
    return """
      format: 1
      weights: weights.safetensors
      layout: \(layout.rawValue)
      inputs: {x: {shape: [3]}}
      layers:
        - \(keyword): l
          hidden: 5
          layers: \(sublayers)
      \(reset)\(more)outputs: {y: {from: l}}
      """
  }

  /// Writes the network as a layout has it, by the words of INTERFACE section 3.
  private func weights(_ network: Network, _ layout: Layout, suffixed: Bool) -> TensorDictionary {
    var tensors: [String: Tensor] = [:]
    let (n, rows) = (network.hidden, network.cell.gates.count * network.hidden)
    for (k, d) in network.widths.enumerated() {
      let w = network.stacked(network.input[k], layout)
      let u = network.stacked(network.recurrent[k], layout)
      let b = network.stacked(network.inputBias[k], layout)
      let c = network.stacked(network.recurrentBias[k], layout)
      switch layout {
      case .pytorch, .native:
        let end = suffixed ? "_l\(k)" : ""
        tensors["l.weight_ih\(end)"] = Tensor(w, shape: [rows, d])
        tensors["l.weight_hh\(end)"] = Tensor(u, shape: [rows, n])
        tensors["l.bias_ih\(end)"] = Tensor(b)
        tensors["l.bias_hh\(end)"] = Tensor(c)
      case .keras:
        let start = suffixed ? "l.l\(k).forward." : "l."
        tensors["\(start)kernel"] = Tensor(transposed(w, rows, d), shape: [d, rows])
        tensors["\(start)recurrent_kernel"] = Tensor(transposed(u, rows, n), shape: [n, rows])
        let isTwo = (network.cell as? GRU)?.reset == .after
        tensors["\(start)bias"] = isTwo ? Tensor(b + c, shape: [2, rows]) : Tensor(b)
      case .onnx:
        let start = suffixed ? "l.l\(k)." : "l."
        tensors["\(start)W"] = Tensor(w, shape: [1, rows, d])
        tensors["\(start)R"] = Tensor(u, shape: [1, rows, n])
        tensors["\(start)B"] = Tensor(b + c, shape: [1, 2 * rows])
      }
    }
    return TensorDictionary(name: "weights.safetensors", tensors)
  }

  private func expectSame(_ graph: ModelGraph, _ network: Network, _ layout: Layout) throws {
    guard case .recurrent(let layer) = graph.layers[0].kind else {
      Issue.record("not recurrent")
      return
    }
    #expect(layer.sublayers.count == network.widths.count)
    let hasOneBias = layout == .keras && (network.cell as? GRU)?.reset != .after
    for (k, sublayer) in layer.sublayers.enumerated() {
      #expect(sublayer.input.mapValues(\.stored) == network.input[k])
      #expect(sublayer.recurrent.mapValues(\.stored) == network.recurrent[k])
      #expect(sublayer.inputBias == network.inputBias[k])
      #expect(sublayer.recurrentBias == (hasOneBias ? [:] : network.recurrentBias[k]))
    }
  }

  // MARK: Structured weights

  /// The dense tensor with zeros, both packed forms under both names, and one module per block.
  @Test(arguments: 0..<4) func structuredFormsAreTheSame(cell: Int) throws {
    let (keyword, cell) = Self.cells[cell]
    let network = Network(cell, inputs: 3, hidden: 6, sublayers: 1, blocks: 3)
    let block = "{structure: block_diagonal, blocks: 3}"
    let dense = weights(network, .pytorch, suffixed: true)
    let expected = try recurrent(keyword, cell, recurrent: block, dense)
    #expect(expected.recurrent[cell.gates[0]]?.stored.count == 12)
    for (name, shape) in [
      ("weight_hh_blocks", [cell.gates.count, 3, 2, 2]),
      ("weight_hh_blocks_l0", [3, 2 * cell.gates.count, 2]),
    ] {
      var packed = dense
      packed.tensors["l.weight_hh_l0"] = nil
      packed.tensors["l.\(name)"] = Tensor(self.packed(network, shape), shape: shape)
      let found = try recurrent(keyword, cell, recurrent: block, packed)
      #expect(found.recurrent == expected.recurrent)
    }
    let modules = self.modules(network, dense)
    let found = try recurrent(
      keyword, cell, input: "{blocks_from: \"m.{block}.weight_ih_l0\"}",
      recurrent: "{structure: grouped, groups: 3, blocks_from: \"m.{block}.weight_hh_l0\"}", modules
    )
    #expect(found.recurrent == expected.recurrent)
    #expect(found.input == expected.input)
    #expect(found.inputBias == expected.inputBias)
    #expect(found.recurrentBias == expected.recurrentBias)
  }

  @Test func packedDiagonalsInBothShapes() throws {
    let network = Network(Self.gru("after"), inputs: 3, hidden: 6, sublayers: 1, blocks: 6)
    let dense = weights(network, .pytorch, suffixed: true)
    let expected = try recurrent("gru", network.cell, recurrent: "diagonal", dense)
    #expect(expected.recurrentStructure == .diagonal(Diagonal()))
    for shape in [[3, 6], [18]] {
      var packed = dense
      packed.tensors["l.weight_hh_l0"] = nil
      let stored = network.cell.gates.flatMap { gate in
        (0..<6).map { network.recurrent[0][gate]![7 * $0] }
      }
      packed.tensors["l.weight_hh_blocks"] = Tensor(stored, shape: shape)
      let found = try recurrent("gru", network.cell, recurrent: "diagonal", packed)
      #expect(found.recurrent == expected.recurrent)
    }
  }

  private func recurrent(
    _ keyword: String, _ cell: any Cell, input: String = "dense", recurrent: String,
    _ weights: TensorDictionary
  ) throws -> RecurrentLayer.Sublayer {
    let more = "    input: \(input)\n    recurrent: \(recurrent)\n"
    let text = description(keyword, cell, .pytorch, sublayers: 1, more: more)
      .replacing("hidden: 5", with: "hidden: 6")
    let model = try load(text, weights)
    #expect(model.warnings.map(\.message) == [])
    guard case .recurrent(let layer) = model.graph.layers[0].kind else {
      throw InputError(.malformed, [])
    }
    return layer.sublayers[0]
  }

  /// `[gate, block, out, in]` or `[block, gate * out, in]`, by the rank.
  private func packed(_ network: Network, _ shape: [Int]) -> [Float] {
    let (gates, b, m) = (network.cell.gates, 3, 2)
    func entries(_ gate: String, _ block: Int) -> [Float] {
      (0..<m).flatMap { r in
        (0..<m).map { c in network.recurrent[0][gate]![(block * m + r) * b * m + block * m + c] }
      }
    }
    return shape.count == 4
      ? gates.flatMap { gate in (0..<b).flatMap { entries(gate, $0) } }
      : (0..<b).flatMap { block in gates.flatMap { entries($0, block) } }
  }

  /// Three small networks of two units, each of which reads the whole input.
  private func modules(_ network: Network, _ dense: TensorDictionary) -> TensorDictionary {
    var tensors: [String: Tensor] = [:]
    let (gates, d) = (network.cell.gates, 3)
    for block in 0..<3 {
      func rows(_ parts: [String: [Float]], _ width: Int) -> [Float] {
        gates.flatMap { parts[$0]![2 * block * width..<2 * (block + 1) * width] }
      }
      let own = gates.flatMap { gate in
        (0..<4).map { network.recurrent[0][gate]![(2 * block + $0 / 2) * 6 + 2 * block + $0 % 2] }
      }
      let n = 2 * gates.count
      tensors["m.\(block).weight_ih_l0"] = Tensor(rows(network.input[0], d), shape: [n, d])
      tensors["m.\(block).weight_hh_l0"] = Tensor(own, shape: [n, 2])
      tensors["m.\(block).bias_ih_l0"] = Tensor(rows(network.inputBias[0], 1))
      tensors["m.\(block).bias_hh_l0"] = Tensor(rows(network.recurrentBias[0], 1))
    }
    return TensorDictionary(tensors)
  }
}

/// Zeroes what lies outside of the blocks of an n x n matrix.
func masked(_ values: [Float], _ n: Int, _ blocks: Int) -> [Float] {
  let m = n / blocks
  return values.enumerated().map { i, value in i / n / m == i % n / m ? value : 0 }
}

/// `[rows, columns]` to `[columns, rows]`.
func transposed(_ values: [Float], _ rows: Int, _ columns: Int) -> [Float] {
  (0..<columns).flatMap { c in (0..<rows).map { r in values[r * columns + c] } }
}
