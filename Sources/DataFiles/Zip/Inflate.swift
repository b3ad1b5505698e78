import CZlib
import Diagnostics

extension ZipArchive {
  /// The first `count` bytes of a member, or all if it is shorter. No checksum is looked at.
  func prefix(of member: Member, count: Int) throws(InputError) -> [UInt8] {
    let wanted = min(count, member.entry.expandedBytes)
    return try file.withBytes(member.data) { bytes throws(InputError) in
      if member.entry.method == .stored { return Array(bytes.prefix(wanted)) }
      return try inflated(bytes, count: wanted, isWhole: false, label: label(member))
    }
  }

  /// Lends a member's bytes after checking their number and CRC-32.
  func withContent<R>(
    of member: Member, _ body: (UnsafeRawBufferPointer) throws(InputError) -> R
  ) throws(InputError) -> R {
    try file.withBytes(member.data) { bytes throws(InputError) in
      if member.entry.method == .stored {
        try checkSum(bytes, member)
        return try body(bytes)
      }
      let content = try inflated(
        bytes, count: member.entry.expandedBytes, isWhole: true, label: label(member))
      return try lend(content) { content throws(InputError) in
        try checkSum(content, member)
        return try body(content)
      }
    }
  }

  private func checkSum(_ bytes: UnsafeRawBufferPointer, _ member: Member) throws(InputError) {
    guard checksum(bytes) == member.entry.checksum else {
      throw .malformed(label(member), "is damaged: its CRC-32 does not match")
    }
  }

  private func label(_ member: Member) -> String {
    "\(file.name): entry \(quoted(member.entry.name))"
  }
}

/// CRC-32 as zip uses it.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  UInt32(
    truncatingIfNeeded: crc32_z(
      0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
}

/// `withUnsafeBytes` of an array with the error's type kept.
private func lend<R>(
  _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(InputError) -> R
) throws(InputError) -> R {
  let result: Result<R, InputError> = bytes.withUnsafeBytes { buffer in
    do throws(InputError) { return .success(try body(buffer)) } catch { return .failure(error) }
  }
  return try result.get()
}

/// Expands a raw deflate stream to `count` bytes; `isWhole` requires that it ends exactly there.
///
/// Memory is `count` bytes, which the caller has bounded.
private func inflated(
  _ source: UnsafeRawBufferPointer, count: Int, isWhole: Bool, label: String
) throws(InputError) -> [UInt8] {
  var status: InflateStatus = .damaged
  let result = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
    (initialized, status) = inflate(source, into: UnsafeMutableRawBufferPointer(out))
  }
  switch status {
  case .damaged: throw .malformed(label, "its compressed data is damaged")
  case .ended where result.count < count:
    throw .malformed(label, "expands to \(result.count) bytes, the directory says \(count)")
  case .full where isWhole:
    throw .malformed(label, "expands to more than the \(count) bytes that the directory says")
  case .hungry: throw .malformed(label, "its compressed data is truncated")
  case .trailing where isWhole: throw .malformed(label, "has bytes after its compressed data")
  default: return result
  }
}

private enum InflateStatus { case ended, trailing, full, hungry, damaged }

/// Runs zlib over buffers of any size (its own counters are 32 bits).
private func inflate(
  _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
) -> (Int, InflateStatus) {
  var stream = z_stream()
  let size = Int32(MemoryLayout<z_stream>.size)
  guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { return (0, .damaged) }
  defer { inflateEnd(&stream) }
  var (read, written) = (0, 0)
  // One spare byte shows whether the stream wants to go on when the target is full.
  var spare: UInt8 = 0
  while true {
    let input = min(source.count - read, Int(Int32.max))
    let room = min(target.count - written, Int(Int32.max))
    let code = withUnsafeMutablePointer(to: &spare) { spare in
      stream.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress.map { ($0 + read).assumingMemoryBound(to: UInt8.self) })
      stream.avail_in = UInt32(input)
      stream.next_out =
        room == 0 ? spare : (target.baseAddress! + written).assumingMemoryBound(to: UInt8.self)
      stream.avail_out = room == 0 ? 1 : UInt32(room)
      return CZlib.inflate(&stream, Z_NO_FLUSH)
    }
    read += input - Int(stream.avail_in)
    let isSpareUsed = room == 0 && stream.avail_out == 0
    if room > 0 { written += room - Int(stream.avail_out) }
    if isSpareUsed { return (written, .full) }
    switch code {
    case Z_STREAM_END: return (written, read < source.count ? .trailing : .ended)
    case Z_OK: continue
    case Z_BUF_ERROR: return (written, .hungry)
    default: return (written, .damaged)
    }
  }
}
