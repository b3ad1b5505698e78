/// A whole array in host memory: row-major values and their shape.
///
/// Floating files of any width arrive as `floats` (f16, bf16, f32) or `doubles` (f64), integers and
/// booleans as `integers`; `elementType` remembers what the file held.
package struct Tensor: Sendable, Equatable {
  package enum Values: Sendable, Equatable {
    case floats([Float])
    case doubles([Double])
    case integers([Int64])
  }

  package var shape: [Int]
  package var elementType: ElementType
  package var values: Values

  package init(shape: [Int], elementType: ElementType, values: Values) {
    self.shape = shape
    self.elementType = elementType
    self.values = values
    precondition(count == shape.reduce(1, *), "a tensor's values must fill its shape")
  }

  /// An f32 tensor of the given shape (default: a vector).
  package init(_ floats: [Float], shape: [Int]? = nil) {
    self.init(shape: shape ?? [floats.count], elementType: .f32, values: .floats(floats))
  }

  /// Number of elements.
  package var count: Int {
    switch values {
    case .floats(let v): v.count
    case .doubles(let v): v.count
    case .integers(let v): v.count
    }
  }

  /// The values as `Float`, rounded to nearest where the file held something wider.
  package var floats: [Float] {
    switch values {
    case .floats(let v): v
    case .doubles(let v): v.map { Float($0) }
    case .integers(let v): v.map { Float($0) }
    }
  }

  /// The values as integers, or nil when they are floating.
  package var integers: [Int64]? {
    if case .integers(let v) = values { v } else { nil }
  }
}
