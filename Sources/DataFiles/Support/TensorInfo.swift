import Tensors

/// What a file says about one tensor before its values are read.
package struct TensorInfo: Sendable, Hashable {
  package let elementType: ElementType
  package let shape: [Int]

  package init(elementType: ElementType, shape: [Int]) {
    self.elementType = elementType
    self.shape = shape
  }

  /// Number of elements, or nil when the product overflows.
  package var count: Int? { product(of: shape) }

  /// Bytes in the file, or nil when the product overflows.
  package var byteCount: Int? { count.flatMap { multiplied($0, elementType.byteCount) } }

  /// Bytes of the `Tensor`, or nil when the product overflows.
  var memoryBytes: Int? {
    let width = elementType.isFloating && elementType != .f64 ? 4 : 8
    return count.flatMap { multiplied($0, width) }
  }
}

/// The product of non-negative numbers, or nil when it overflows on the way.
package func product(of factors: [Int]) -> Int? {
  var result = 1
  for factor in factors {
    guard let next = multiplied(result, factor) else { return nil }
    result = next
  }
  return result
}

/// a * b, or nil on overflow.
package func multiplied(_ a: Int, _ b: Int) -> Int? {
  let (value, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? nil : value
}

/// a + b, or nil on overflow.
package func added(_ a: Int, _ b: Int) -> Int? {
  let (value, overflow) = a.addingReportingOverflow(b)
  return overflow ? nil : value
}
