/// How far two arrays of one output are apart.
struct Comparison {
  let name: String
  let steps: Int
  /// The largest |a - b|, and that of |a - b| / |b|; infinite where only one is a number.
  private(set) var maximumAbsolute = 0.0
  private(set) var maximumRelative = 0.0
  /// The element that breaks the tolerance most (or comes nearest to): its step and index in it.
  private(set) var worstStep = 0
  private(set) var worstIndex = 0
  private(set) var isOK = true

  /// `a` and `b` are as long as each other: `steps` rows of `width`, for every sequence of a batch.
  /// They agree where |a - b| <= absolute + relative |b|.
  init(
    name: String, steps: Int, width: Int, _ a: [Float], _ b: [Float], absolute: Double,
    relative: Double
  ) {
    precondition(a.count == b.count)
    self.name = name
    self.steps = steps
    var worst = -1.0
    for i in a.indices {
      let (x, y) = (Double(a[i]), Double(b[i]))
      let difference = Self.difference(x, y)
      let limit = y.isFinite ? absolute + relative * abs(y) : 0
      maximumAbsolute = max(maximumAbsolute, difference)
      if difference > 0 {
        maximumRelative = max(maximumRelative, y.isFinite ? difference / abs(y) : .infinity)
      }
      if difference > limit { isOK = false }
      // A share of what is allowed; with no tolerance at all, the difference itself.
      let share = limit > 0 ? difference / limit : difference
      if share > worst && width > 0 {
        (worst, worstStep, worstIndex) = (share, i / width % max(1, steps), i % width)
      }
    }
  }

  /// Equal infinities and two NaNs agree; a number and none are infinitely far apart.
  private static func difference(_ x: Double, _ y: Double) -> Double {
    if x == y || (x.isNaN && y.isNaN) { return 0 }
    let difference = abs(x - y)
    return difference.isNaN ? .infinity : difference
  }

  /// Final states: the rows are those of sequences, all after the last step.
  init(
    state name: String, steps: Int, width: Int, _ a: [Float], _ b: [Float], absolute: Double,
    relative: Double
  ) {
    self.init(
      name: name, steps: steps, width: width, a, b, absolute: absolute, relative: relative)
    worstStep = max(0, steps - 1)
  }
}
