import Diagnostics
import IR

/// Shape rules of recurrent layers and of matrix structures.
extension GraphChecker {
  mutating func recurrentForm(
    _ cell: any Cell.Type, _ layer: Description.Layer, _ width: Int
  ) -> (LayerForm, width: Int)? {
    let fields = layer.fields
    let hidden = fields.integer("hidden")!
    let form = RecurrentForm(
      cell: cell.init(options(of: cell, fields)), hidden: hidden,
      sublayers: fields.integer("layers")!, input: fields.structure("input")!,
      recurrent: fields.structure("recurrent")!, learnsInitial: fields.word("initial") == "learned")
    // Not one condition: each of these reports its own fault.
    let isForward = checkDirection(layer)
    let isStackable = checkSublayers(form, layer)
    let fitsInput = fits(form.input, rows: hidden, columns: width, layer, side: "input")
    let fitsUpper =
      !fitsInput || form.sublayers == 1
      || fits(form.input, rows: hidden, columns: hidden, layer, side: "input")
    let fitsState = fits(form.recurrent, rows: hidden, columns: hidden, layer, side: "recurrent")
    let hasModules = checkModules(form, layer)
    guard isForward, isStackable, fitsInput, fitsUpper, fitsState, hasModules else { return nil }
    return (.recurrent(form), hidden)
  }

  private func options(of cell: any Cell.Type, _ fields: Fields) -> CellOptions {
    var options = CellOptions()
    for option in cell.options {
      switch option.values {
      case .word: options.words[option.key] = fields.word(option.key)
      case .activation: options.activations[option.key] = fields.activation(option.key)
      case .number: options.numbers[option.key] = fields.number(option.key)
      case .flag: if fields.flag(option.key) == true { options.flags.insert(option.key) }
      }
    }
    return options
  }

  private mutating func checkDirection(_ layer: Description.Layer) -> Bool {
    guard layer.fields.flag("bidirectional") == true else { return true }
    report(
      layer.fields.span("bidirectional")!,
      "\(layer.name.text): bidirectional layers are not supported yet",
      help: ["write 'bidirectional: false'; a layer runs forward only"])
    return false
  }

  private mutating func checkSublayers(_ form: RecurrentForm, _ layer: Description.Layer) -> Bool {
    guard form.sublayers > ModelLimits.sublayers else { return true }
    report(
      layer.fields.span("layers")!,
      "\(layer.name.text): 'layers' is \(form.sublayers); at most \(ModelLimits.sublayers) are "
        + "accepted")
    return false
  }

  /// True when a rows x columns matrix can have the structure.
  mutating func fits(
    _ use: StructureUse, rows: Int, columns: Int, _ layer: Description.Layer, side: String
  ) -> Bool {
    let kind = use.structure.kind
    guard let misfit = kind.misfit(rows: rows, columns: columns) else { return true }
    let (keyword, keys) = (Swift.type(of: kind).keyword, Swift.type(of: kind).keys)
    let parameter = (misfit.key ?? keys.first).flatMap { use.parameterSpans[$0] }
    report(
      parameter ?? use.span ?? layer.name.span,
      "\(layer.name.text): '\(side)': '\(keyword)' \(misfit.reason)",
      help: misfit.help.map { [$0] } ?? [])
    return false
  }

  /// `blocks_from` reads one module per block: block diagonal matrices, or a dense input matrix
  /// whose rows are dealt out.
  private mutating func checkModules(_ form: RecurrentForm, _ layer: Description.Layer) -> Bool {
    var isSound = true
    for (side, use) in [("input", form.input), ("recurrent", form.recurrent)] {
      guard let pattern = use.blocksFrom else { continue }
      let subject = "\(layer.name.text): '\(side)': 'blocks_from'"
      let isDealt = side == "input" && use.structure == .dense(Dense())
      if use.structure.blocks == nil && !isDealt {
        report(pattern.span, "\(subject) needs 'structure: block_diagonal' beside it")
        isSound = false
      }
      if ![.pytorch, .native].contains(description.layout) {
        report(
          pattern.span,
          "\(subject) reads the layouts pytorch and native, not "
            + description.layout.rawValue)
        isSound = false
      }
      if form.sublayers > 1 && !pattern.text.contains("{layer}") {
        report(
          pattern.span, "\(subject) needs {layer} where the sublayer's number stands",
          help: ["write, for example, \"rnn.{block}.weight_hh_l{layer}\""])
        isSound = false
      }
    }
    return isSound
  }
}
