import Diagnostics
import Tensors

/// Raw files.
package enum Raw {
  /// Reads all steps of a file as `[steps] + stepShape`.
  package static func read(
    path: String, format: RawFormat
  ) throws(InputError) -> Tensor {
    try decode(FileBytes(path: path), format: format)
  }

  package static func decode(_ file: FileBytes, format: RawFormat) throws(InputError) -> Tensor {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    if let kind = FileKind.recognise(file), kind.isUnmistakable {
      throw .malformed(
        file.name, "this is \(kind.article), not raw \(format.elementType.rawValue) data")
    }
    try format.checkFrame(file.name)
    let partial = file.count % format.frameBytes
    guard partial == 0 || format.padsWithZeros else {
      throw format.partialFrame(partial, in: file.name)
    }
    let padding = partial == 0 ? 0 : format.frameBytes - partial
    let steps = (file.count + padding) / format.frameBytes
    try checkMemory(
      TensorInfo(elementType: format.elementType, shape: [steps, format.stepWidth]), file.name)
    let tensor = file.withBytes(0..<file.count) { bytes in
      guard padding > 0 else { return format.decode(bytes) }
      let padded = Array(bytes) + [UInt8](repeating: 0, count: padding)
      return padded.withUnsafeBytes { format.decode($0) }
    }
    guard let tensor else { throw .malformed(file.name, "a u64 value does not fit 63 bits") }
    return tensor
  }

  /// Writes the values of a tensor as little-endian elements of `type`.
  package static func write(
    _ tensor: Tensor, as type: ElementType, to path: String
  ) throws(OutputError) {
    try writeAtomically(encode(tensor, as: type), to: path)
  }

  /// The types that floating outputs can be written in.
  package static let outputTypes: [ElementType] = [.f32, .f64, .f16, .bf16, .i16]

  /// A floating tensor in one of `outputTypes`; as `i16` it is taken times 32768 and clipped.
  package static func encode(_ tensor: Tensor, as type: ElementType) -> [UInt8] {
    if type == .i16 && tensor.integers == nil { return encodePCM16(tensor.floats) }
    return encodeElements(tensor, as: type)
  }
}

/// Samples times 32768, rounded to nearest and clipped to 16 bits; NaN becomes 0.
func encodePCM16(_ samples: [Float]) -> [UInt8] {
  let values = samples.map { sample -> Int64 in
    let scaled = (sample * 32768).rounded(.toNearestOrEven)
    return sample.isNaN ? 0 : Int64(min(32767, max(-32768, scaled)))
  }
  return encodeElements(
    Tensor(shape: [values.count], elementType: .i16, values: .integers(values)))
}

/// Little-endian 16-bit integers divided by 32768.
func decodePCM16(_ bytes: UnsafeRawBufferPointer) -> [Float] {
  guard case .integers(let values)? = decodeElements(bytes, as: .i16) else { return [] }
  return values.map { Float($0) / 32768 }
}
