import TestSupport
import Testing

/// `expectClose` for values by name: the same names, and every value close.
func expectClose(
  _ got: [String: [Double]], _ want: [String: [Double]], absolute: Double, relative: Double = 0,
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(got.keys.sorted() == want.keys.sorted(), "\(what)", sourceLocation: sourceLocation)
  for (name, rows) in want {
    let isFinite = rows.allSatisfy { $0.isFinite }
    #expect(isFinite, "\(what) '\(name)' has run away", sourceLocation: sourceLocation)
    TestSupport.expectClose(
      got[name] ?? [], rows, absolute: absolute, relative: relative, "\(what) '\(name)'",
      sourceLocation: sourceLocation)
  }
}
