import Foundation

/// Memory whose last byte stands before a page that may not be touched, so that reading or writing
/// beyond the end kills the test. Filled with a pattern that is a NaN as f32.
final class GuardedMemory {
  static let pattern: UInt32 = 0x7fe5_a5a5

  let bytes: UnsafeMutableRawBufferPointer
  private let mapping: UnsafeMutableRawPointer
  private let mappedByteCount: Int

  /// `count` elements of 4 bytes, which end `shift` elements before the page, for other alignments.
  init(count: Int, shift: Int = 0) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let byteCount = count * 4
    mappedByteCount = ((count + shift) * 4 + page - 1) / page * page + page
    mapping = mmap(
      nil, mappedByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(mapping != MAP_FAILED, "no memory for a test")
    precondition(mprotect(mapping + (mappedByteCount - page), page, PROT_NONE) == 0)
    bytes = UnsafeMutableRawBufferPointer(
      start: mapping + (mappedByteCount - page - byteCount - shift * 4), count: byteCount)
    words.update(repeating: Self.pattern)
  }

  deinit { munmap(mapping, mappedByteCount) }

  var words: UnsafeMutableBufferPointer<UInt32> { bytes.bindMemory(to: UInt32.self) }

  /// A part of the memory from an element on.
  func from(_ element: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: bytes[(element * 4)...])
  }
}
