import Diagnostics

/// The findings of one phase. A text with thousands of faults is told about the first ones only,
/// and pays for those only.
package struct DiagnosticList: Sendable {
  package static let limit = 50

  private var items: [Diagnostic] = []
  private var suppressed = 0
  package private(set) var hasErrors = false

  package var isFull: Bool { items.count >= Self.limit }

  package mutating func append(_ diagnostic: Diagnostic) {
    hasErrors = hasErrors || diagnostic.severity == .error
    guard !isFull else {
      suppressed += 1
      return
    }
    items.append(diagnostic)
  }

  package mutating func append(contentsOf diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { append(diagnostic) }
  }

  /// The help line that guesses what was meant, if anything is near.
  func guess(_ word: String?, among words: some Collection<String>) -> [String] {
    // Thousands of wrong words among thousands of right ones must not cost their product.
    guard !isFull, let word else { return [] }
    let nearest = nearestWord(to: word, among: Array(words.prefix(5000)))
    return nearest.map { ["did you mean \(quoted($0))?"] } ?? []
  }

  package var all: [Diagnostic] {
    guard suppressed > 0 else { return items }
    var all = items
    all[all.count - 1].notes.append("\(suppressed) more problems are not shown")
    return all
  }
}
