/// Writes a zip archive of stored entries, dated 1980-01-01 so that equal content gives equal
/// bytes. Sizes and offsets from `wideFrom` on (4 GiB; tests choose less) go into zip64 fields.
package struct ZipWriter: ~Copyable {
  private struct Entry {
    let name: [UInt8]
    let checksum: UInt32
    let size: UInt64
    let offset: UInt64
  }

  private var file: OutputFile
  private var entries: [Entry] = []
  private var offset: UInt64 = 0
  private let wideFrom: UInt64

  private static let date: [UInt8] = [0, 0, 0x21, 0]

  package init(path: String, wideFrom: UInt64 = UInt64(UInt32.max)) throws(OutputError) {
    file = try OutputFile(path: path)
    self.wideFrom = wideFrom
  }

  package mutating func add(_ name: String, _ content: [UInt8]) throws(OutputError) {
    let name = Array(name.utf8)
    precondition(!entries.contains { $0.name == name }, "entry names must be unique")
    let sum = content.withUnsafeBytes { checksum($0) }
    let entry = Entry(name: name, checksum: sum, size: UInt64(content.count), offset: offset)
    entries.append(entry)
    let extra = entry.size >= wideFrom ? wideField([entry.size, entry.size]) : []
    try write(Array("PK\u{3}\u{4}".utf8) + common(entry, extra) + entry.name + extra)
    try write(content)
  }

  package consuming func finish() throws(OutputError) {
    let start = offset
    for entry in entries {
      var wide = entry.size >= wideFrom ? [entry.size, entry.size] : []
      if entry.offset >= wideFrom { wide.append(entry.offset) }
      let extra = wide.isEmpty ? [] : wideField(wide)
      try write(Array("PK\u{1}\u{2}".utf8) + version + common(entry, extra))
      try write([UInt8](repeating: 0, count: 10) + narrow(entry.offset) + entry.name + extra)
    }
    try writeEnd(start: start, size: offset - start)
    try file.commit()
  }

  private let version: [UInt8] = [45, 0]

  /// Version to extra length: the 26 bytes that both kinds of header share.
  private func common(_ entry: Entry, _ extra: [UInt8]) -> [UInt8] {
    let utf8Flag: UInt16 = entry.name.allSatisfy { $0 < 0x80 } ? 0 : 0x800
    let size = narrow(entry.size)
    return version + utf8Flag.bytes + [0, 0] + Self.date + entry.checksum.bytes + size + size
      + UInt16(entry.name.count).bytes + UInt16(extra.count).bytes
  }

  private func narrow(_ value: UInt64) -> [UInt8] {
    (value >= wideFrom ? UInt32.max : UInt32(value)).bytes
  }

  private func wideField(_ values: [UInt64]) -> [UInt8] {
    UInt16(1).bytes + UInt16(values.count * 8).bytes + values.flatMap(\.bytes)
  }

  private mutating func writeEnd(start: UInt64, size: UInt64) throws(OutputError) {
    let count = UInt64(entries.count)
    if start >= wideFrom || size >= wideFrom || count >= UInt64(UInt16.max) {
      let record = offset
      try write(
        Array("PK\u{6}\u{6}".utf8) + UInt64(44).bytes + version + version
          + [UInt8](repeating: 0, count: 8) + count.bytes + count.bytes + size.bytes + start.bytes)
      try write(
        Array("PK\u{6}\u{7}".utf8) + UInt32(0).bytes + record.bytes + UInt32(1).bytes)
    }
    let short = UInt16(min(count, UInt64(UInt16.max))).bytes
    try write(
      Array("PK\u{5}\u{6}".utf8) + [0, 0, 0, 0] + short + short + narrow(size) + narrow(start)
        + [0, 0])
  }

  private mutating func write(_ bytes: [UInt8]) throws(OutputError) {
    try file.write(bytes)
    offset += UInt64(bytes.count)
  }
}
