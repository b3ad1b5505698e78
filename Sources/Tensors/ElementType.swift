/// The type of one stored element, in files, weights and plan buffers.
///
/// Spelled as in descriptions and plans (`f32`, `i32`, ...).
package enum ElementType: String, Sendable, CaseIterable, Hashable {
  case f32, f64, f16, bf16
  case i8, u8, i16, u16, i32, u32, i64, u64
  case bool

  /// Bytes of one element.
  package var byteCount: Int {
    switch self {
    case .i8, .u8, .bool: 1
    case .f16, .bf16, .i16, .u16: 2
    case .f32, .i32, .u32: 4
    case .f64, .i64, .u64: 8
    }
  }

  package var isFloating: Bool {
    switch self {
    case .f32, .f64, .f16, .bf16: true
    default: false
    }
  }
}
