import Tensors

extension Npy {
  /// Writes a version 1.0 file in C order; bf16, which NumPy lacks, becomes f32.
  package static func write(_ tensor: Tensor, to path: String) throws(OutputError) {
    try writeAtomically(encode(tensor), to: path)
  }

  package static func encode(_ tensor: Tensor) -> [UInt8] {
    let type = storedType(tensor.elementType)
    return encodeHeader(type, shape: tensor.shape) + encodeElements(tensor, as: type)
  }

  /// Magic to newline, filled up so that the data starts on a multiple of 64, as NumPy does.
  package static func encodeHeader(_ type: ElementType, shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ")
    let tuple = shape.count == 1 ? "(\(sizes),)" : "(\(sizes))"
    let literal =
      "{'descr': '\(descr(storedType(type)))', 'fortran_order': False, 'shape': \(tuple), }"
    let bytes = 10 + literal.utf8.count + 1
    let padding = (64 - bytes % 64) % 64
    let text = literal + String(repeating: " ", count: padding) + "\n"
    return NpyHeader.magic + [1, 0] + UInt16(text.utf8.count).bytes + Array(text.utf8)
  }

  private static func storedType(_ type: ElementType) -> ElementType {
    type == .bf16 ? .f32 : type
  }

  private static func descr(_ type: ElementType) -> String {
    switch type {
    case .f16: "<f2"
    case .f32, .bf16: "<f4"
    case .f64: "<f8"
    case .bool: "|b1"
    case .i8: "|i1"
    case .u8: "|u1"
    case .i16: "<i2"
    case .u16: "<u2"
    case .i32: "<i4"
    case .u32: "<u4"
    case .i64: "<i8"
    case .u64: "<u8"
    }
  }
}

extension NpzFile {
  /// Writes the arrays uncompressed, in the order given; equal content gives equal bytes.
  ///
  /// Names must be unique.
  package static func write(_ arrays: [(String, Tensor)], to path: String) throws(OutputError) {
    var archive = try ZipWriter(path: path)
    for (name, tensor) in arrays { try archive.add(name + ".npy", Npy.encode(tensor)) }
    try archive.finish()
  }
}
