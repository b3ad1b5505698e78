import CZlib
import DataFiles

/// Builds zip archives, right or wrong: every field of an entry can be set.
struct ZipBytes {
  struct Entry {
    var name: [UInt8]
    /// What stands in the archive.
    var content: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var checksum: UInt32
    var compressedBytes: UInt32
    var expandedBytes: UInt32
    var extra: [UInt8] = []
    /// Name in the local header, if it differs.
    var localName: [UInt8]?
    var localMethod: UInt16?
    /// Offset in the directory, if it differs.
    var offset: UInt32?
    var localMark = Array("PK\u{3}\u{4}".utf8)

    init(_ name: String, _ content: [UInt8]) {
      self.name = Array(name.utf8)
      self.content = content
      checksum = UInt32(crc32(0, content, UInt32(content.count)))
      compressedBytes = UInt32(content.count)
      expandedBytes = UInt32(content.count)
    }
  }

  var entries: [Entry]
  var comment: [UInt8] = []
  var entryCount: UInt16?
  var directoryOffset: UInt32?
  var directoryBytes: UInt32?
  var disk: UInt16 = 0
  var onDisk: UInt16?
  /// Between the directory and its end record.
  var beforeEnd: [UInt8] = []

  init(_ entries: Entry...) { self.entries = entries }

  init(_ entry: Entry, _ change: (inout Entry) -> Void) {
    var entry = entry
    change(&entry)
    entries = [entry]
  }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = UInt32(result.count)
      result += local(entry) + entry.content
      directory += central(entry, offset: entry.offset ?? offset)
    }
    let start = UInt32(result.count)
    let count = UInt16(entries.count)
    result += directory + beforeEnd + Array("PK\u{5}\u{6}".utf8) + littleEndian(disk) + [0, 0]
    result += littleEndian(onDisk ?? entryCount ?? count) + littleEndian(entryCount ?? count)
    result += littleEndian(directoryBytes ?? UInt32(directory.count))
    result += littleEndian(directoryOffset ?? start)
    return result + littleEndian(UInt16(comment.count)) + comment
  }

  private func local(_ entry: Entry) -> [UInt8] {
    let name = entry.localName ?? entry.name
    return entry.localMark + [20, 0] + littleEndian(entry.flags)
      + littleEndian(entry.localMethod ?? entry.method) + sizes(entry, name) + [0, 0] + name
  }

  private func central(_ entry: Entry, offset: UInt32) -> [UInt8] {
    Array("PK\u{1}\u{2}".utf8) + [20, 0, 20, 0] + littleEndian(entry.flags)
      + littleEndian(entry.method) + sizes(entry, entry.name)
      + littleEndian(UInt16(entry.extra.count)) + [UInt8](repeating: 0, count: 10)
      + littleEndian(offset) + entry.name + entry.extra
  }

  /// Date to name length.
  private func sizes(_ entry: Entry, _ name: [UInt8]) -> [UInt8] {
    [0, 0, 0x21, 0] + littleEndian(entry.checksum) + littleEndian(entry.compressedBytes)
      + littleEndian(entry.expandedBytes) + littleEndian(UInt16(name.count))
  }
}

/// A raw deflate stream.
func deflated(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  let size = Int32(MemoryLayout<z_stream>.size)
  deflateInit2_(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
  return input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
      (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return Array(output.prefix(Int(stream.total_out)))
    }
  }
}

extension ZipBytes.Entry {
  /// A deflated entry.
  static func deflating(_ name: String, _ content: [UInt8]) -> Self {
    var entry = Self(name, content)
    entry.content = deflated(content)
    entry.method = 8
    entry.compressedBytes = UInt32(entry.content.count)
    return entry
  }
}
