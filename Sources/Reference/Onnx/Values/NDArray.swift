import Onnx
import Tensors

/// An n-d array of the ONNX evaluator, row-major.
///
/// Values of every floating type are held as `Double`. f16 and bf16 are rounded to their type when
/// an array is made; f32 keeps the digits of `Double` between nodes and only overflows where f32
/// does, so that the evaluator is nearer to the real numbers than whatever it judges. Integers are
/// exact and wrap to their width; u64 is held by its bits, and booleans are 0 and 1.
package struct NDArray: Sendable, Equatable {
  package enum Values: Sendable, Equatable {
    case reals([Double])
    case integers([Int64])
    case strings([String])
  }

  package let shape: [Int]
  package let type: OnnxElementType
  package let values: Values

  /// Trusts that `values` are those of `type` and fill `shape`; the other initializers see to it.
  init(shape: [Int], type: OnnxElementType, trusted values: Values) {
    self.shape = shape
    self.type = type
    self.values = values
    precondition(Self.count(values) == shape.reduce(1, *), "an array's values must fill its shape")
  }

  /// Rounds the values to a floating type.
  package init(shape: [Int], type: ElementType, reals: [Double]) {
    precondition(type.isFloating, "reals have a floating type")
    self.init(shape: shape, type: .number(type), trusted: .reals(type.rounding(reals)))
  }

  /// Wraps the values to an integer type; for bool whatever is not 0 is 1.
  package init(shape: [Int], type: ElementType, integers: [Int64]) {
    precondition(!type.isFloating, "integers have an integer type")
    self.init(shape: shape, type: .number(type), trusted: .integers(type.wrapping(integers)))
  }

  package init(shape: [Int], strings: [String]) {
    self.init(shape: shape, type: .string, trusted: .strings(strings))
  }

  init(shape: [Int], booleans: [Bool]) {
    self.init(shape: shape, type: .bool, integers: booleans.map { $0 ? 1 : 0 })
  }

  /// An i64 vector, as shapes and indices are.
  init(_ vector: [Int]) {
    self.init(shape: [vector.count], type: .i64, integers: vector.map { Int64($0) })
  }

  package var count: Int { Self.count(values) }
  package var rank: Int { shape.count }

  private static func count(_ values: Values) -> Int {
    switch values {
    case .reals(let v): v.count
    case .integers(let v): v.count
    case .strings(let v): v.count
    }
  }
}

extension NDArray {
  /// The element type, or nil for strings.
  var elementType: ElementType? { if case .number(let type) = type { type } else { nil } }
  var isFloating: Bool { elementType?.isFloating ?? false }
  var isBool: Bool { elementType == .bool }
  /// An integer type other than bool.
  var isInteger: Bool { elementType.map { !$0.isFloating && $0 != .bool } ?? false }

  /// The numbers as `Double`s (exact but for large 64-bit integers), or nil for strings.
  package var doubles: [Double]? {
    switch values {
    case .reals(let v): v
    case .integers(let v): isU64 ? v.map { Double(UInt64(bitPattern: $0)) } : v.map(Double.init)
    case .strings: nil
    }
  }

  /// The numbers as their type stores them: f32 rounded too. For operators that jump (casts,
  /// comparisons, rounding), where a digit too many would show.
  var storedDoubles: [Double]? {
    elementType == .f32 ? doubles?.map { Double(Float($0)) } : doubles
  }

  /// The numbers of an integer or boolean type (u64 as bits), or nil.
  var integers: [Int64]? { if case .integers(let v) = values { v } else { nil } }

  /// The texts, or nil.
  var strings: [String]? { if case .strings(let v) = values { v } else { nil } }

  private var isU64: Bool { elementType == .u64 }

  /// The same values in another shape of as many elements.
  func reshaped(_ shape: [Int]) -> NDArray {
    NDArray(shape: shape, type: type, trusted: values)
  }

  /// The elements at `offsets`, in their order, as an array of `shape`.
  func taking(_ offsets: [Int], shape: [Int]) -> NDArray {
    let taken: Values =
      switch values {
      case .reals(let v): .reals(offsets.map { v[$0] })
      case .integers(let v): .integers(offsets.map { v[$0] })
      case .strings(let v): .strings(offsets.map { v[$0] })
      }
    return NDArray(shape: shape, type: type, trusted: taken)
  }

  /// `rank`, type and shape in words, for messages.
  var text: String { "\(type.text)[\(shape.map(String.init).joined(separator: ", "))]" }
}
