import Diagnostics

/// One file of an archive, as its central directory tells it.
struct ZipEntry: Sendable {
  enum Method: UInt16, Sendable {
    case stored = 0
    case deflated = 8
  }

  let name: String
  let method: Method
  let checksum: UInt32
  let compressedBytes: Int
  let expandedBytes: Int
  let headerOffset: Int
  let flags: UInt16
}

/// Reads a zip archive's central directory (APPNOTE 6.3, zip64 included).
///
/// Refuses what an npz never is: encrypted, split over disks, other methods than stored and
/// deflate, names twice.
struct ZipDirectory {
  private let file: FileBytes
  private(set) var entries: [ZipEntry] = []
  /// Where the central directory starts: every entry must end before it.
  private(set) var start = 0

  init(_ file: FileBytes) throws(InputError) {
    self.file = file
    let end = try ZipEnd(file)
    start = end.directoryStart
    var offset = end.directoryStart
    var names: Set<String> = []
    for _ in 0..<end.entryCount {
      let entry = try readEntry(&offset, limit: end.directoryEnd)
      guard names.insert(entry.name).inserted else {
        throw .malformed(file.name, "the archive holds \(quoted(entry.name)) twice")
      }
      entries.append(entry)
    }
    guard offset == end.directoryEnd else {
      throw .malformed(file.name, "the central directory is longer than its entries")
    }
  }

  private func readEntry(_ offset: inout Int, limit: Int) throws(InputError) -> ZipEntry {
    guard limit - offset >= 46, file.has("PK\u{1}\u{2}".utf8, at: offset) else {
      throw .malformed(file.name, "no central directory entry at byte \(offset)")
    }
    let nameBytes = short(offset + 28)
    let extraBytes = short(offset + 30)
    let next = offset + 46 + nameBytes + extraBytes + short(offset + 32)
    guard next <= limit else {
      throw .malformed(file.name, "the central directory entry at byte \(offset) is truncated")
    }
    guard let name = file.text(offset + 46..<offset + 46 + nameBytes), !name.isEmpty,
      nameBytes <= DataLimits.nameBytes
    else { throw .malformed(file.name, "an entry's name is empty, too long or not UTF-8") }
    let extra = offset + 46 + nameBytes..<offset + 46 + nameBytes + extraBytes
    let entry = try entry(at: offset, name: name, extra: extra)
    offset = next
    return entry
  }

  private func entry(
    at offset: Int, name: String, extra: Range<Int>
  ) throws(InputError) -> ZipEntry {
    let label = "\(file.name): entry \(quoted(name))"
    let flags = file.littleEndian(at: offset + 8, as: UInt16.self)
    guard flags & 1 == 0 else { throw .malformed(label, "is encrypted") }
    let code = file.littleEndian(at: offset + 10, as: UInt16.self)
    guard let method = ZipEntry.Method(rawValue: code) else {
      throw .malformed(
        label, "is compressed by method \(code)", help: ["stored (0) and deflate (8) are read"])
    }
    var wide = Zip64Fields(file, extra: extra)
    let expanded = try wide.resolve(long(offset + 24), label)
    let compressed = try wide.resolve(long(offset + 20), label)
    let header = try wide.resolve(long(offset + 42), label)
    return ZipEntry(
      name: name, method: method, checksum: file.littleEndian(at: offset + 16),
      compressedBytes: compressed, expandedBytes: expanded, headerOffset: header, flags: flags)
  }

  private func short(_ offset: Int) -> Int { Int(file.littleEndian(at: offset, as: UInt16.self)) }
  private func long(_ offset: Int) -> UInt32 { file.littleEndian(at: offset, as: UInt32.self) }
}

/// The 64-bit sizes of an entry's zip64 extra field (id 1), which stand in for 0xFFFFFFFF.
private struct Zip64Fields {
  private let file: FileBytes
  private var next: Int
  private var end: Int

  init(_ file: FileBytes, extra: Range<Int>) {
    self.file = file
    (next, end) = (0, 0)
    var offset = extra.lowerBound
    while offset + 4 <= extra.upperBound {
      let id = file.littleEndian(at: offset, as: UInt16.self)
      let size = Int(file.littleEndian(at: offset + 2, as: UInt16.self))
      guard offset + 4 + size <= extra.upperBound else { return }
      if id == 1 { (next, end) = (offset + 4, offset + 4 + size) }
      offset += 4 + size
    }
  }

  mutating func resolve(_ narrow: UInt32, _ label: String) throws(InputError) -> Int {
    guard narrow == .max else { return Int(narrow) }
    guard next + 8 <= end else { throw .malformed(label, "has no zip64 size") }
    let value = file.littleEndian(at: next, as: UInt64.self)
    next += 8
    guard let size = Int(exactly: value) else {
      throw .malformed(label, "a zip64 size overflows 63 bits")
    }
    return size
  }
}
