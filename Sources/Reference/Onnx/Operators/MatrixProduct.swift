import Onnx

/// The shapes of NumPy's matmul: stacks of matrices, vectors as a row or a column.
struct MatrixProduct {
  /// Of the result.
  let shape: [Int]
  private let rows: Int
  private let inner: Int
  private let columns: Int
  /// Where the matrices of each pair begin.
  private let starts: [(a: Int, b: Int)]

  init(_ a: [Int], _ b: [Int], _ call: NodeCall) throws(OnnxError) {
    guard let last = a.last, !b.isEmpty else { throw call.error("multiplies a scalar") }
    let left = a.count == 1 ? [1] + a : a
    let right = b.count == 1 ? b + [1] : b
    rows = left[left.count - 2]
    inner = last
    columns = right[right.count - 1]
    let (aStack, bStack) = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    guard right[right.count - 2] == inner, let stack = NDShape.broadcast(aStack, bStack) else {
      throw call.error("the shapes \(a) and \(b) do not multiply")
    }
    shape = stack + (a.count == 1 ? [] : [rows]) + (b.count == 1 ? [] : [columns])
    try call.elements(of: shape)
    try call.elements(of: stack)
    try call.spend(shape + [inner])
    let (aSize, bSize) = (rows * inner, inner * columns)
    starts = zip(
      NDShape.broadcastOffsets(aStack, to: stack), NDShape.broadcastOffsets(bStack, to: stack)
    ).map { (a: $0 * aSize, b: $1 * bSize) }
  }

  func multiply(_ a: [Double], _ b: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: starts.count * rows * columns)
    for (index, start) in starts.enumerated() {
      for r in 0..<rows {
        let out = (index * rows + r) * columns
        for k in 0..<inner {
          let left = a[start.a + r * inner + k]
          for c in 0..<columns { y[out + c] += left * b[start.b + k * columns + c] }
        }
      }
    }
    return y
  }

  /// Modulo 2^64.
  func multiply(_ a: [Int64], _ b: [Int64]) -> [Int64] {
    var y = [Int64](repeating: 0, count: starts.count * rows * columns)
    for (index, start) in starts.enumerated() {
      for r in 0..<rows {
        let out = (index * rows + r) * columns
        for k in 0..<inner {
          let left = a[start.a + r * inner + k]
          for c in 0..<columns { y[out + c] &+= left &* b[start.b + k * columns + c] }
        }
      }
    }
    return y
  }
}
