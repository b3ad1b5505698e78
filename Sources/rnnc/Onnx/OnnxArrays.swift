import DataFiles
import Diagnostics
import Onnx
import Tensors

extension OnnxTensor {
  /// An array of a file as a graph's input takes it. Floating types become each other, and so do
  /// integers where they fit; nil for anything else.
  init?(_ tensor: Tensor, as type: OnnxElementType) {
    guard case .number(let element) = type else { return nil }
    let elements: OnnxElements?
    switch tensor.values {
    case .floats(let v): elements = OnnxElements(v.map { Double($0) }, as: element)
    case .doubles(let v): elements = OnnxElements(v, as: element)
    case .integers(let v):
      let isBool = tensor.elementType == .bool
      elements = isBool == (element == .bool) ? OnnxElements(v, as: element) : nil
    }
    guard let elements else { return nil }
    self.init(shape: tensor.shape, elements: elements)
  }

  /// As files hold it; nil for strings, and for u64 beyond the integers of a `Tensor`.
  var fileTensor: Tensor? {
    guard case .number(let element) = elementType else { return nil }
    if case .f64(let v) = elements {
      return Tensor(shape: shape, elementType: .f64, values: .doubles(v))
    }
    if element.isFloating {
      let floats = elements.asDoubles()!.map { Float($0) }
      return Tensor(shape: shape, elementType: element, values: .floats(floats))
    }
    return elements.asInt64s().map {
      Tensor(shape: shape, elementType: element, values: .integers($0))
    }
  }
}

extension OnnxElements {
  fileprivate init?(_ values: [Double], as element: ElementType) {
    switch element {
    case .f32: self = .f32(values.map { Float($0) })
    case .f64: self = .f64(values)
    case .f16: self = .f16(values.map { Float($0).halfBits })
    case .bf16: self = .bf16(values.map { Float($0).bfloat16Bits })
    default: return nil
    }
  }

  fileprivate init?(_ values: [Int64], as element: ElementType) {
    func fitted<T: FixedWidthInteger>(_ type: T.Type) -> [T]? {
      let narrow = values.compactMap { T(exactly: $0) }
      return narrow.count == values.count ? narrow : nil
    }
    let elements: OnnxElements?
    switch element {
    case .i8: elements = fitted(Int8.self).map { .i8($0) }
    case .u8: elements = fitted(UInt8.self).map { .u8($0) }
    case .i16: elements = fitted(Int16.self).map { .i16($0) }
    case .u16: elements = fitted(UInt16.self).map { .u16($0) }
    case .i32: elements = fitted(Int32.self).map { .i32($0) }
    case .u32: elements = fitted(UInt32.self).map { .u32($0) }
    case .i64: elements = .i64(values)
    case .u64: elements = fitted(UInt64.self).map { .u64($0) }
    case .bool: elements = .bool(values.map { $0 != 0 })
    case .f32, .f64, .f16, .bf16: elements = nil
    }
    guard let elements else { return nil }
    self = elements
  }
}
