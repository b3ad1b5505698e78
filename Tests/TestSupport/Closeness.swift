import Testing

/// The largest |a - b| with its place; infinite where shapes differ or a value is not a number.
package func largestDifference(_ a: [Double], _ b: [Double]) -> (value: Double, index: Int) {
  guard a.count == b.count else { return (.infinity, min(a.count, b.count)) }
  var worst = (value: 0.0, index: 0)
  for i in a.indices where a[i] != b[i] {
    let difference = abs(a[i] - b[i])
    if !(difference <= worst.value) { worst = (difference.isNaN ? .infinity : difference, i) }
  }
  return worst
}

/// Expects |got - want| <= absolute + relative |want| for every element.
package func expectClose(
  _ got: [Double], _ want: [Double], absolute: Double, relative: Double = 0,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard got.count == want.count else {
    Issue.record(
      "\(what()): \(got.count) values, not \(want.count)", sourceLocation: sourceLocation)
    return
  }
  let limits = want.map { absolute + relative * abs($0) }
  let wrong = want.indices.filter {
    got[$0] != want[$0] && !(abs(got[$0] - want[$0]) <= limits[$0])
  }
  guard let first = wrong.first else { return }
  let worst = largestDifference(got, want)
  Issue.record(
    """
    \(what()): \(wrong.count) of \(want.count) values differ, first [\(first)]: \(got[first]) not \
    \(want[first]); largest difference \(worst.value) at [\(worst.index)]
    """, sourceLocation: sourceLocation)
}
