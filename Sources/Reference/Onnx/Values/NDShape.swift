/// Sizes, strides and walks of row-major arrays.
enum NDShape {
  /// Number of elements, or nil when the product overflows.
  static func count(_ shape: [Int]) -> Int? {
    if shape.contains(0) { return 0 }
    var result = 1
    for size in shape {
      let (product, overflow) = result.multipliedReportingOverflow(by: size)
      if overflow || size < 0 { return nil }
      result = product
    }
    return result
  }

  /// How far apart neighbours along each axis stand.
  static func strides(_ shape: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      result[axis] = result[axis + 1] * shape[axis + 1]
    }
    return result
  }

  /// The shape of two arrays combined element by element (NumPy's rule), or nil.
  static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let (p, q) = (size(a, axis, rank), size(b, axis, rank))
      guard p == q || p == 1 || q == 1 else { return nil }
      result[axis] = p == 1 ? q : p
    }
    return result
  }

  /// Size of `axis` when `shape` is filled up with ones in front to `rank` axes.
  private static func size(_ shape: [Int], _ axis: Int, _ rank: Int) -> Int {
    let own = axis - (rank - shape.count)
    return own < 0 ? 1 : shape[own]
  }

  /// For each element of an array of shape `target`, where an array of `shape` broadcast to it
  /// keeps that element. `shape` must broadcast to `target`.
  static func broadcastOffsets(_ shape: [Int], to target: [Int]) -> [Int] {
    let own = strides(shape)
    let lead = target.count - shape.count
    let stretched = target.indices.map { axis in
      axis < lead || shape[axis - lead] == 1 ? 0 : own[axis - lead]
    }
    return offsets(target, strides: stretched)
  }

  /// For each element of `shape` in row-major order, start + sum of index x stride.
  static func offsets(_ shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
    var result = [start]
    for (size, stride) in zip(shape, strides) {
      var longer: [Int] = []
      longer.reserveCapacity(result.count * size)
      for base in result { for i in 0..<size { longer.append(base + i * stride) } }
      result = longer
    }
    return result
  }

  /// Like `offsets` where each axis picks `picks[axis]` of an array with `strides`; -1 for every
  /// element for which some axis picks a negative index.
  static func offsets(picks: [[Int]], strides: [Int]) -> [Int] {
    var result = [0]
    for (pick, stride) in zip(picks, strides) {
      var longer: [Int] = []
      longer.reserveCapacity(result.count * pick.count)
      for base in result {
        for i in pick { longer.append(base < 0 || i < 0 ? -1 : base + i * stride) }
      }
      result = longer
    }
    return result
  }
}
