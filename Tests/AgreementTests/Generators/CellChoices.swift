import IR
import Model

/// The ways in which a cell's options can be set, read off `Cell.options` so that a new cell's
/// options are tried without an edit here.
enum CellChoices {
  /// Every option at its default.
  static func defaults(_ cell: any Cell.Type) -> CellOptions {
    var options = CellOptions()
    for option in cell.options {
      switch option.values {
      case .word(_, let initial): options.words[option.key] = initial
      case .activation(let initial):
        options.activations[option.key] = initial.map { .plain(Activation($0)) }
      case .number, .flag: break
      }
    }
    return options
  }

  static func cell(_ keyword: String) -> any Cell.Type {
    CellRegistry.cells.first { $0.keyword == keyword }!
  }

  /// Some words and flags set, all else at its default.
  static func options(
    _ keyword: String, words: [String: String] = [:], flags: Set<String> = []
  ) -> CellOptions {
    var options = defaults(cell(keyword))
    options.words.merge(words) { $1 }
    options.flags = flags
    return options
  }

  static func make(
    _ keyword: String, words: [String: String] = [:], flags: Set<String> = []
  ) -> any Cell {
    cell(keyword).init(options(keyword, words: words, flags: flags))
  }
}
