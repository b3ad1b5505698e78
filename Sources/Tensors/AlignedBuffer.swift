/// Zeroed bytes on a 64-byte boundary, owned and freed by this value.
///
/// States, scratch and packed weights live here; the kernels ask for 64-byte alignment.
package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
  package let baseAddress: UnsafeMutableRawPointer
  package let byteCount: Int

  package static let alignment = 64

  package init(byteCount: Int) {
    precondition(byteCount >= 0)
    self.byteCount = byteCount
    baseAddress = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
    baseAddress.initializeMemory(as: UInt8.self, repeating: 0, count: max(byteCount, 1))
  }

  deinit { baseAddress.deallocate() }

  /// The bytes seen as `Float`s.
  package var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: baseAddress.assumingMemoryBound(to: Float.self), count: byteCount / 4)
  }
}
