import Diagnostics

/// The end-of-central-directory record, plain or zip64: where the directory is and how long.
struct ZipEnd {
  let entryCount: Int
  let directoryStart: Int
  let directoryEnd: Int

  init(_ file: FileBytes) throws(InputError) {
    let offset = try Self.locate(file)
    let disks = (0..<2).map { file.littleEndian(at: offset + 4 + 2 * $0, as: UInt16.self) }
    guard disks.allSatisfy({ $0 == 0 || $0 == .max }) else {
      throw .malformed(file.name, "the archive is split over several disks")
    }
    let onDisk = file.littleEndian(at: offset + 8, as: UInt16.self)
    let count = file.littleEndian(at: offset + 10, as: UInt16.self)
    let size = file.littleEndian(at: offset + 12, as: UInt32.self)
    let start = file.littleEndian(at: offset + 16, as: UInt32.self)
    if let wide = try Self.zip64Record(file, before: offset) {
      self = try Self(file, wide)
      return
    }
    guard onDisk == count else { throw .malformed(file.name, "the archive is split") }
    try self.init(
      file, count: UInt64(count), size: UInt64(size), start: UInt64(start), limit: offset)
  }

  /// `wide` is the offset of a zip64 record.
  private init(_ file: FileBytes, _ wide: Int) throws(InputError) {
    try self.init(
      file, count: file.littleEndian(at: wide + 32), size: file.littleEndian(at: wide + 40),
      start: file.littleEndian(at: wide + 48), limit: wide)
  }

  /// The directory must lie before `limit`; npz files have nothing between the two.
  private init(
    _ file: FileBytes, count: UInt64, size: UInt64, start: UInt64, limit: Int
  ) throws(InputError) {
    guard count <= DataLimits.tensorCount else {
      throw .malformed(
        file.name, "the archive has \(count) entries, over \(DataLimits.tensorCount)")
    }
    guard size <= limit, start <= limit, start + size == limit else {
      throw .malformed(
        file.name, "the central directory (\(size) bytes at \(start)) does not end at \(limit)")
    }
    entryCount = Int(count)
    directoryStart = Int(start)
    directoryEnd = limit
  }

  /// The record is the last 22 bytes, or earlier by the length of the archive's comment.
  private static func locate(_ file: FileBytes) throws(InputError) -> Int {
    let last = file.count - 22
    let first = max(0, last - Int(UInt16.max))
    if last >= 0 {
      for offset in stride(from: last, through: first, by: -1)
      where file.has("PK\u{5}\u{6}".utf8, at: offset) {
        let comment = Int(file.littleEndian(at: offset + 20, as: UInt16.self))
        if offset + 22 + comment == file.count { return offset }
      }
    }
    throw .malformed(file.name, "truncated: no end of central directory in this zip file")
  }

  /// Offset of the zip64 record that a locator right before `end` names, if there is one.
  private static func zip64Record(_ file: FileBytes, before end: Int) throws(InputError) -> Int? {
    let locator = end - 20
    guard locator >= 0, file.has("PK\u{6}\u{7}".utf8, at: locator) else { return nil }
    let offset = file.littleEndian(at: locator + 8, as: UInt64.self)
    guard locator >= 56, offset == locator - 56, file.has("PK\u{6}\u{6}".utf8, at: locator - 56)
    else { throw .malformed(file.name, "the zip64 end of central directory is damaged") }
    return locator - 56
  }
}
