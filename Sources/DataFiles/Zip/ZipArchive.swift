import Diagnostics

/// A zip archive's entries with their bytes; all places and sizes are checked on opening.
struct ZipArchive: Sendable {
  struct Member: Sendable {
    let entry: ZipEntry
    /// The compressed bytes in the file.
    let data: Range<Int>
  }

  let file: FileBytes
  let members: [Member]

  init(_ file: FileBytes) throws(InputError) {
    let directory = try ZipDirectory(file)
    self.file = file
    members = try Self.locate(directory.entries, in: file, limit: directory.start)
    try checkExpansion()
  }

  /// The most that an entry or all of them may grow to: see `DataLimits.expansionFactor`.
  var expansionLimit: Int {
    max(DataLimits.expandedBytes, multiplied(file.count, DataLimits.expansionFactor) ?? .max)
  }

  /// Reads local headers; members must follow each other without overlap, all before `limit`.
  private static func locate(
    _ entries: [ZipEntry], in file: FileBytes, limit: Int
  ) throws(InputError) -> [Member] {
    var members: [Member] = []
    var free = 0
    for entry in entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      let label = "\(file.name): entry \(quoted(entry.name))"
      guard entry.headerOffset >= free else { throw .malformed(label, "overlaps another entry") }
      let start = try dataStart(entry, in: file, limit: limit, label)
      guard entry.compressedBytes <= limit - start else {
        throw .malformed(label, "its \(entry.compressedBytes) bytes reach into the directory")
      }
      free = start + entry.compressedBytes
      members.append(Member(entry: entry, data: start..<free))
    }
    return members
  }

  private static func dataStart(
    _ entry: ZipEntry, in file: FileBytes, limit: Int, _ label: String
  ) throws(InputError) -> Int {
    let offset = entry.headerOffset
    guard limit >= 30, offset <= limit - 30, file.has("PK\u{3}\u{4}".utf8, at: offset) else {
      throw .malformed(label, "has no local header at byte \(offset)")
    }
    func short(_ at: Int) -> UInt16 { file.littleEndian(at: offset + at) }
    guard short(6) & 1 == entry.flags & 1, short(8) == entry.method.rawValue else {
      throw .malformed(label, "its local header disagrees with the directory")
    }
    let nameEnd = offset + 30 + Int(short(26))
    let start = nameEnd + Int(short(28))
    guard start <= limit, file.has(entry.name.utf8, at: offset + 30),
      entry.name.utf8.count == Int(short(26))
    else { throw .malformed(label, "its local header disagrees with the directory") }
    return start
  }

  private func checkExpansion() throws(InputError) {
    var total = 0
    for member in members {
      let entry = member.entry
      let label = "\(file.name): entry \(quoted(entry.name))"
      if entry.method == .stored && entry.compressedBytes != entry.expandedBytes {
        throw .malformed(label, "is stored, but its two sizes differ")
      }
      // Deflate cannot do better than 1032 to 1; the 64 are for its first bytes.
      if entry.expandedBytes / 1032 > entry.compressedBytes + 64 {
        throw .malformed(
          label, "\(entry.compressedBytes) bytes cannot expand to \(entry.expandedBytes)")
      }
      total = added(total, entry.expandedBytes) ?? .max
    }
    guard total <= expansionLimit else {
      throw .malformed(
        file.name, "expands to \(total) bytes, over \(DataLimits.expansionFactor) times its size",
        help: ["store such arrays uncompressed (numpy.savez)"])
    }
  }
}
