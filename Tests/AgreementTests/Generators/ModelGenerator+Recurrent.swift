import IR
import Model

extension ModelGenerator {
  /// What a random recurrent layer must have; the rest is drawn.
  struct RecurrentWish {
    var cell: any Cell.Type
    var inputKind: any StructureKind.Type
    var recurrentKind: any StructureKind.Type
    var inputWidth: Int?
    var hidden: Int?
  }

  /// A stack of 1 ... 3 sublayers whose first one has the wished structures, torch's weights
  /// U(-1/sqrt(n), 1/sqrt(n)), biases of either or neither side, learned initial states or none.
  ///
  /// A layer and what its cell was made from.
  struct DrawnLayer {
    var layer: RecurrentLayer
    var options: CellOptions
    var inputWidth: Int { layer.sublayers[0].inputWidth }
  }

  /// Draws widths until the structures fit; nil when none of many does.
  mutating func recurrent(_ wish: RecurrentWish) -> DrawnLayer? {
    for _ in 0..<1000 {
      let hidden = wish.hidden ?? width()
      let inputWidth = wish.inputWidth ?? (chance(3) ? hidden : width())
      guard let input = structure(wish.inputKind, rows: hidden, columns: inputWidth),
        let recurrent = structure(wish.recurrentKind, rows: hidden, columns: hidden)
      else { continue }
      let options = options(for: wish.cell)
      let cell = wish.cell.init(options)
      let learnsInitial = chance(2)
      var sublayers = [sublayer(cell, hidden, inputWidth, input, recurrent)]
      // Later sublayers read `hidden` elements, where the input's structure may not fit.
      let isStackable = input.kind.misfit(rows: hidden, columns: hidden) == nil
      while isStackable, sublayers.count < 3, chance(4) {
        sublayers.append(sublayer(cell, hidden, hidden, input, recurrent))
      }
      for k in sublayers.indices where learnsInitial {
        for state in cell.states { sublayers[k].initial[state] = vector(hidden) }
      }
      return DrawnLayer(
        layer: RecurrentLayer(cell: cell, hidden: hidden, sublayers: sublayers), options: options)
    }
    return nil
  }

  mutating func options(for cell: any Cell.Type) -> CellOptions {
    var options = CellOptions()
    for option in cell.options {
      switch option.values {
      case .word(let words, _): options.words[option.key] = pick(words)
      case .activation(let initial):
        options.activations[option.key] = activation(insteadOf: initial)
      case .number: if chance(4) { options.numbers[option.key] = pick([0.5, 1, 2.5]) }
      case .flag: if chance(3) { options.flags.insert(option.key) }
      }
    }
    return options
  }

  /// `initial` itself as a rule; where there is none, none.
  private mutating func activation(
    insteadOf initial: Activation.Function?
  ) -> CellActivation? {
    guard chance(3) else { return initial.map { .plain(Activation($0)) } }
    if chance(3) {
      return initial == .sigmoid
        ? .hardSigmoid(alpha: 0.3, beta: 0.4)
        : pick([
          .affine(alpha: 0.75, beta: -0.125), .scaledTanh(alpha: 1.25, beta: 0.5),
          .hardSigmoid(alpha: 0.25, beta: 0.625), .thresholdedRelu(alpha: 0.25),
          .plain(Activation(.leakyRelu, parameter: 0.3)),
        ])
    }
    return .plain(Activation(pick(Self.replacements(of: initial ?? .tanh))))
  }

  /// Functions that may stand where the cell has `initial` without the state running away: shares
  /// stay in 0 ... 1, others grow no faster than their argument.
  static func replacements(of initial: Activation.Function) -> [Activation.Function] {
    switch initial {
    case .sigmoid, .hardSigmoid, .hardSigmoid02: [.sigmoid, .hardSigmoid, .hardSigmoid02]
    default: Activation.Function.allCases.filter { ![.exp, .square, .sqrt, .log].contains($0) }
    }
  }

  private mutating func sublayer(
    _ cell: any Cell, _ hidden: Int, _ inputWidth: Int, _ input: MatrixStructure,
    _ recurrent: MatrixStructure
  ) -> RecurrentLayer.Sublayer {
    let bound = 1 / Float(hidden).squareRoot()
    let biases = Int.random(in: 0...2, using: &random)
    var sublayer = RecurrentLayer.Sublayer(
      inputWidth: inputWidth, inputStructure: input, recurrentStructure: recurrent, input: [:],
      recurrent: [:])
    for gate in cell.gates {
      sublayer.input[gate] = matrix(input, rows: hidden, columns: inputWidth, bound: bound)
      sublayer.recurrent[gate] = matrix(recurrent, rows: hidden, columns: hidden, bound: bound)
      if biases > 0 { sublayer.inputBias[gate] = vector(hidden, bound: bound) }
      if biases > 1 { sublayer.recurrentBias[gate] = vector(hidden, bound: bound) }
    }
    for name in cell.vectors { sublayer.vectors[name] = vector(hidden, bound: bound) }
    return sublayer
  }
}
