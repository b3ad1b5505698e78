import Diagnostics
import IR

/// `blocks_from: "rnn.{block}.weight_hh_l0"`: one small module per block.
///
/// A module of m units holds `[gates * m, columns]`, its gates in order. A block diagonal matrix
/// takes the module's rows as one block of each gate; a dense input matrix takes them as m rows.
/// Either way the stored numbers of a gate are its modules' rows one behind the other.
extension FileWeights {
  enum ModulePart: String { case weight, bias }

  func moduleName(
    _ side: TensorNames.Side, _ part: ModulePart, _ block: Int, _ reader: SublayerReader
  ) -> String {
    var name = reader.use(side).blocksFrom!.text
    if part == .bias, let word = name.lastRange(of: "weight") {
      name.replaceSubrange(word, with: "bias")
    }
    return name.replacing("{block}", with: "\(block)").replacing("{layer}", with: "\(reader.index)")
  }

  mutating func moduleMatrices(
    _ side: TensorNames.Side, _ reader: SublayerReader
  ) -> [String: StructuredMatrix]? {
    let use = reader.use(side)
    let (rows, columns) = (reader.form.hidden, reader.columns(side))
    guard let blocks = moduleCount(side, reader) else { return nil }
    let isDealt = use.structure == .dense(Dense())
    let shape = [reader.gates.count * rows / blocks, isDealt ? columns : columns / blocks]
    guard let stored = stackModules(side, .weight, shape, blocks, reader) else { return nil }
    return stored.mapValues {
      StructuredMatrix(structure: use.structure, rows: rows, columns: columns, stored: $0)
    }
  }

  mutating func moduleBiases(
    _ side: TensorNames.Side, _ reader: SublayerReader
  ) -> [String: [Float]]? {
    guard source.info(moduleName(side, .bias, 0, reader)) != nil else { return [:] }
    // A wrong number of modules was reported with the matrices.
    guard let blocks = moduleCount(side, reader, isQuiet: true) else { return nil }
    let shape = [reader.gates.count * reader.form.hidden / blocks]
    return stackModules(side, .bias, shape, blocks, reader)
  }

  /// The modules of the file: as many as the structure's blocks; dealt rows take any number that
  /// divides the units.
  private mutating func moduleCount(
    _ side: TensorNames.Side, _ reader: SublayerReader, isQuiet: Bool = false
  ) -> Int? {
    let use = reader.use(side)
    var count = 0
    while count < reader.form.hidden, source.info(moduleName(side, .weight, count, reader)) != nil {
      count += 1
    }
    let blocks = use.structure.blocks
    if count > 0, blocks.map({ $0 == count }) ?? (reader.form.hidden % count == 0) { return count }
    if isQuiet { return nil }
    let hasLater = (count..<max(count, blocks ?? 0)).contains {
      source.info(moduleName(side, .weight, $0, reader)) != nil
    }
    if count == 0 || hasLater {
      let name = moduleName(side, .weight, count, reader)
      reportMissing(name, of: reader.layer, at: use.blocksFrom!.span)
    } else if let blocks {
      reportModules(count, insteadOf: blocks, side, reader)
    } else {
      report(
        use.blocksFrom!.span,
        "\(reader.layer.name.text): \(count) modules in \(source.name) do not divide "
          + "\(reader.form.hidden) units")
    }
    return nil
  }

  private mutating func reportModules(
    _ count: Int, insteadOf blocks: Int, _ side: TensorNames.Side, _ reader: SublayerReader
  ) {
    let use = reader.use(side)
    let modules = count == 1 ? "1 module" : "\(count) modules"
    let next = moduleName(side, .weight, count, reader)
    let notes = [
      "it has no tensor \(quoted(next))",
      namesThatAreThere(source.names, near: next, layer: reader.layer.name.text),
    ]
    report(
      use.parameterSpans["blocks"] ?? use.blocksFrom!.span,
      "\(reader.layer.name.text): \(source.name) has \(modules) "
        + "\(quoted(use.blocksFrom!.text)), not \(blocks)",
      notes: count < blocks ? notes : [],
      help: reader.form.hidden % count == 0 ? ["write 'blocks: \(count)'"] : [])
  }

  /// Every module's tensor, split by gate and stacked over the modules.
  private mutating func stackModules(
    _ side: TensorNames.Side, _ part: ModulePart, _ shape: [Int], _ blocks: Int,
    _ reader: SublayerReader
  ) -> [String: [Float]]? {
    let count = shape.reduce(1, *) / reader.gates.count
    var stacked = reader.gates.map { _ in [Float]() }
    for block in 0..<blocks {
      let name = moduleName(side, part, block, reader)
      guard let info = source.info(name) else {
        reportMissing(name, of: reader.layer, at: reader.use(side).blocksFrom!.span)
        return nil
      }
      let found = Found(name: name, shape: info.shape)
      guard let values = read(found, shapes: [shape], for: reader.layer) else { return nil }
      for gate in stacked.indices { stacked[gate] += values[gate * count..<(gate + 1) * count] }
    }
    return Dictionary(uniqueKeysWithValues: zip(reader.gates, stacked))
  }
}

extension MatrixStructure {
  /// The number of blocks of a block diagonal matrix.
  var blocks: Int? {
    if case .blockDiagonal(let structure) = self { structure.blocks } else { nil }
  }
}

extension String {
  fileprivate func lastRange(of word: String) -> Range<String.Index>? {
    ranges(of: word).last
  }
}
