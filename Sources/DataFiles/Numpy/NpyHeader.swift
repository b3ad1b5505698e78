import Diagnostics
import Tensors

/// The header of an npy array: what its bytes mean.
///
/// Layout: `\x93NUMPY`, major, minor, header length (2 bytes in version 1, 4 after it), a Python
/// dictionary literal `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, then data.
package struct NpyHeader: Sendable, Equatable {
  package var info: TensorInfo
  package var order: ByteOrder
  package var isFortran: Bool
  /// Bytes before the data.
  package var byteCount: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// Magic, version and the longer of the two length fields.
  static let longestPrefix = 12

  /// Bytes of the whole header, told by its first 12 (or all, if there are fewer) bytes.
  static func headerBytes(_ prefix: [UInt8], name: String) throws(InputError) -> Int {
    guard prefix.starts(with: magic) else { throw .malformed(name, "this is not an npy array") }
    guard prefix.count >= 8 else { throw .malformed(name, "truncated npy header") }
    let lengthBytes = prefix[6] == 1 ? 2 : 4
    guard (1...3).contains(prefix[6]), prefix[7] == 0 else {
      throw .malformed(
        name, "npy version \(prefix[6]).\(prefix[7]) is unknown", help: ["known are 1.0 to 3.0"])
    }
    guard prefix.count >= 8 + lengthBytes else { throw .malformed(name, "truncated npy header") }
    let length = prefix[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= DataLimits.npyHeaderBytes else {
      throw .malformed(
        name, "npy header length \(length) is over \(DataLimits.npyHeaderBytes)")
    }
    return 8 + lengthBytes + length
  }

  /// Reads the header from exactly the bytes that `headerBytes` told.
  init(_ bytes: [UInt8], name: String) throws(InputError) {
    let start = bytes[6] == 1 ? 10 : 12
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
      throw .malformed(name, "the npy header is not UTF-8")
    }
    var literal = PythonLiteral(text, name: name)
    let fields = try literal.header()
    (info, order) = try Self.meaning(fields, name: name)
    isFortran = fields.isFortran
    byteCount = bytes.count
  }

  private static func meaning(
    _ fields: PythonLiteral.Fields, name: String
  ) throws(InputError) -> (TensorInfo, ByteOrder) {
    guard let (type, order) = elementType(fields.descr) else {
      throw .malformed(
        name, "dtype \(quoted(fields.descr)) is not supported",
        help: ["save floats of 2, 4 or 8 bytes, integers or booleans, as with .astype('<f4')"])
    }
    let info = TensorInfo(elementType: type, shape: fields.shape)
    guard fields.shape.count <= DataLimits.rank else {
      throw .malformed(name, "the shape has \(fields.shape.count) axes, over \(DataLimits.rank)")
    }
    guard info.byteCount != nil else {
      throw .malformed(name, "shape \(fields.shape) overflows 63 bits")
    }
    return (info, order)
  }

  /// `<f4` and its kin; `|` (no byte order) only where an element is one byte.
  static func elementType(_ descr: String) -> (ElementType, ByteOrder)? {
    let types: [Substring: ElementType] = [
      "f2": .f16, "f4": .f32, "f8": .f64, "b1": .bool, "i1": .i8, "u1": .u8, "i2": .i16,
      "u2": .u16, "i4": .i32, "u4": .u32, "i8": .i64, "u8": .u64,
    ]
    guard let type = types[descr.dropFirst()] else { return nil }
    switch descr.first {
    case "<": return (type, .little)
    case ">": return (type, .big)
    case "|" where type.byteCount == 1: return (type, .little)
    default: return nil
    }
  }
}
