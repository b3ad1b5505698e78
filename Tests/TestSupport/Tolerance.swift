/// How far numbers may lie apart: |actual - expected| <= absolute + relative * |expected|.
package struct Tolerance: Sendable {
  package var absolute: Double
  package var relative: Double

  package init(absolute: Double = 0, relative: Double = 0) {
    self.absolute = absolute
    self.relative = relative
  }

  /// Equal numbers only (0 and -0 are equal, NaN is equal to NaN).
  package static let exact = Tolerance()

  package func accepts(_ actual: Double, _ expected: Double) -> Bool {
    if actual == expected || (actual.isNaN && expected.isNaN) { return true }
    return abs(actual - expected) <= absolute + relative * abs(expected)
  }

  /// Nil when all values agree, else a sentence about the worst one.
  package func mismatch<A: BinaryFloatingPoint, E: BinaryFloatingPoint>(
    _ actual: [A], _ expected: [E]
  ) -> String? {
    guard actual.count == expected.count else {
      return "\(actual.count) values, expected \(expected.count)"
    }
    let wrong = actual.indices.filter { !accepts(Double(actual[$0]), Double(expected[$0])) }
    func distance(_ i: Int) -> Double {
      let distance = abs(Double(actual[i]) - Double(expected[i]))
      return distance.isNaN ? .infinity : distance
    }
    guard let worst = wrong.max(by: { distance($0) < distance($1) }) else { return nil }
    return "\(wrong.count) of \(actual.count) values are off; worst at \(worst): "
      + "\(actual[worst]), expected \(expected[worst])"
  }
}
