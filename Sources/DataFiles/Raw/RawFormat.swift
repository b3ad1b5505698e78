import Diagnostics
import Tensors

/// Frames without a header: little-endian elements of one type, one step after the other.
package struct RawFormat: Sendable, Hashable {
  package let elementType: ElementType
  /// Shape of one step; its product is the frame's width.
  package let stepShape: [Int]
  /// Fill a trailing partial frame with zeros instead of refusing it.
  package let padsWithZeros: Bool
  /// For floating inputs: i16 is divided by 32768, as PCM16 is. Index inputs keep the integers.
  package let scalesSamples: Bool

  package init(
    _ elementType: ElementType, stepShape: [Int], padsWithZeros: Bool = false,
    scalesSamples: Bool = true
  ) {
    self.elementType = elementType
    self.stepShape = stepShape
    self.padsWithZeros = padsWithZeros
    self.scalesSamples = scalesSamples
  }

  /// Values of one step; 0 where the product overflows.
  package var stepWidth: Int { product(of: stepShape) ?? 0 }
  /// Bytes of one step; 0 where the product overflows.
  package var frameBytes: Int { multiplied(stepWidth, elementType.byteCount) ?? 0 }

  /// A stream cannot be cut into steps of no bytes.
  func checkFrame(_ name: String) throws(InputError) {
    guard frameBytes > 0 else {
      throw .malformed(name, "cannot be cut into steps of shape \(stepShape)")
    }
  }

  /// Whole frames to a tensor `[steps] + stepShape`; nil when a u64 does not fit 63 bits.
  func decode(_ bytes: UnsafeRawBufferPointer, order: ByteOrder = .little) -> Tensor? {
    let shape = [bytes.count / frameBytes] + stepShape
    if elementType == .i16 && scalesSamples { return Tensor(decodePCM16(bytes), shape: shape) }
    guard let values = decodeElements(bytes, as: elementType, order: order) else { return nil }
    return Tensor(shape: shape, elementType: elementType, values: values)
  }

  func partialFrame(_ bytes: Int, in name: String) -> InputError {
    .malformed(
      name, "ends in a partial frame: \(bytes % frameBytes) of \(frameBytes) bytes",
      notes: ["one step is \(elementType.rawValue) \(stepShape)"],
      help: ["pass --pad zero to fill it with zeros"])
  }
}
