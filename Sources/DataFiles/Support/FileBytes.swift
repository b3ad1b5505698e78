import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// All bytes of one file, read only: a memory map, or a copy for bytes that came from elsewhere.
///
/// The readers' only unsafe memory lives here; every access is checked, in release builds too. The
/// file must not shrink while it is mapped.
package final class FileBytes: @unchecked Sendable {
  /// As the user gave it, for messages.
  package let name: String
  package let count: Int
  private let base: UnsafeMutableRawPointer?
  private let isMapped: Bool

  /// Maps a regular file.
  package init(path: String) throws(InputError) {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    name = path
    count = try regularFileSize(descriptor, path: path)
    isMapped = count > 0
    base = isMapped ? try mapReadOnly(descriptor, count: count, path: path) : nil
  }

  /// Copies bytes that are in memory already.
  package init(name: String, copying bytes: some Collection<UInt8>) {
    self.name = name
    count = bytes.count
    isMapped = false
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    memory.copyBytes(from: bytes)
    base = memory.baseAddress
  }

  deinit {
    if isMapped { munmap(base!, count) } else { base?.deallocate() }
  }

  package subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < count)
    return base!.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian integer at `offset`, which must lie inside the file with all its bytes.
  package func littleEndian<T: FixedWidthInteger>(at offset: Int, as: T.Type = T.self) -> T {
    precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size)
    return T(littleEndian: base!.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// Lends a range of the bytes; the pointer must not leave `body`.
  package func withBytes<R, E: Error>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let start = base.map { UnsafeRawPointer($0) + range.lowerBound }
    return try body(UnsafeRawBufferPointer(start: start, count: range.count))
  }

  /// True when the file has `prefix` at `offset`.
  package func has(_ prefix: some Collection<UInt8>, at offset: Int = 0) -> Bool {
    guard offset >= 0, count >= prefix.count, offset <= count - prefix.count else { return false }
    return withBytes(offset..<offset + prefix.count) { $0.elementsEqual(prefix) }
  }

  /// The bytes of `range` as text, or nil when they are not UTF-8.
  package func text(_ range: Range<Int>) -> String? {
    withBytes(range) { String(validating: $0, as: UTF8.self) }
  }
}

private func mapReadOnly(
  _ descriptor: Int32, count: Int, path: String
) throws(InputError) -> UnsafeMutableRawPointer {
  let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
  guard let mapping, mapping != MAP_FAILED else {
    throw .missing(path, "cannot be mapped: \(errorText())")
  }
  return mapping
}
