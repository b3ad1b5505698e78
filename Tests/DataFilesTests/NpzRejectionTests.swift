import DataFiles
import Tensors
import Testing

struct NpzRejectionTests {
  /// Opens the archive and reads its arrays.
  @Test(arguments: archives + contents)
  func isRefused(_ file: BadFile) {
    file.expectRefused { bytes in
      let archive = try NpzFile(bytes)
      for name in archive.names { _ = try archive.tensor(named: name) }
    }
  }

  private static let array = Npy.encode(Tensor([1, 2, 3]))
  private static let good = ZipBytes.Entry("a.npy", array)
  private static let small = ZipBytes.Entry.deflating("a.npy", array)

  private static func with(_ change: (inout ZipBytes) -> Void) -> [UInt8] {
    var zip = ZipBytes(good)
    change(&zip)
    return zip.bytes
  }

  private static func entry(_ change: (inout ZipBytes.Entry) -> Void) -> [UInt8] {
    ZipBytes(good, change).bytes
  }

  private static func deflatedEntry(_ change: (inout ZipBytes.Entry) -> Void) -> [UInt8] {
    ZipBytes(small, change).bytes
  }

  /// A zip64 extra field with these sizes.
  private static func wide(_ values: UInt64...) -> [UInt8] {
    [1, 0] + littleEndian(UInt16(values.count * 8)) + values.flatMap { littleEndian($0) }
  }

  @Test func theUnchangedArchivesAreRead() throws {
    for bytes in [ZipBytes(Self.good).bytes, ZipBytes(Self.small).bytes] {
      let file = try NpzFile(FileBytes(name: "a.npz", copying: bytes))
      #expect(try file.tensor(named: "a") == Tensor([1, 2, 3]))
    }
  }

  static let archives = [
    BadFile("empty file", [], "the file is empty"),
    BadFile("npy instead", array, "this is an npy file, not an npz file"),
    BadFile("text instead", Array("hello".utf8), "this is not an npz file"),
    BadFile("magic alone", Array("PK\u{3}\u{4}".utf8), "no end of central directory"),
    BadFile("truncated at the end", Array(with { _ in }.dropLast()), "no end of central directory"),
    BadFile("truncated in the middle", Array(with { _ in }.prefix(90)), "no end of central"),
    BadFile("bytes after the end", with { _ in } + [0], "no end of central directory"),
    BadFile("several disks", with { $0.disk = 1 }, "split over several disks"),
    BadFile("entries on other disks", with { $0.onDisk = 0 }, "the archive is split"),
    BadFile("directory beyond the file", with { $0.directoryOffset = 9999 }, "does not end at"),
    BadFile("directory too long", with { $0.directoryBytes = 9999 }, "does not end at"),
    BadFile("directory too short", with { $0.directoryBytes = 1 }, "does not end at"),
    BadFile(
      "bytes after the directory", with { $0.beforeEnd = [0, 0] }, "does not end at"),
    BadFile(
      "more entries than there are", with { $0.entryCount = 2 }, "no central directory entry"),
    BadFile("fewer entries than there are", with { $0.entryCount = 0 }, "longer than its entries"),
    BadFile(
      "damaged zip64 record",
      with { $0.beforeEnd = Array("PK\u{6}\u{7}".utf8) + .init(repeating: 0, count: 16) },
      "the zip64 end of central directory is damaged"),
    BadFile(
      "two entries of one name", ZipBytes(good, good).bytes, "the archive holds 'a.npy' twice"),
    BadFile(
      "entries that overlap",
      {
        var other = good
        other.name = Array("b.npy".utf8)
        other.localName = other.name
        other.offset = 1
        return ZipBytes(good, other).bytes
      }(), "overlaps another entry"),
    BadFile(
      "two entries with the same data",
      {
        var other = good
        other.name = Array("b.npy".utf8)
        other.offset = 0
        return ZipBytes(good, other).bytes
      }(), "overlaps another entry"),
    BadFile("entry of another kind", ZipBytes(.init("a.txt", [])).bytes, "is not an npy array"),
    BadFile("folder", ZipBytes(.init("a/", [])).bytes, "'a/' is not an npy array"),
    BadFile(
      "PyTorch checkpoint", ZipBytes(.init("archive/data.pkl", [])).bytes, "a PyTorch checkpoint"),
    BadFile("empty name", entry { $0.name = [] }, "name is empty, too long or not UTF-8"),
    BadFile("name not UTF-8", entry { $0.name = [0xFF, 0xFE] }, "name is empty, too long or not"),
    BadFile(
      "name too long", entry { $0.name = .init(repeating: 0x61, count: 5000) }, "too long"),
    BadFile("encrypted", entry { $0.flags = 1 }, "is encrypted"),
    BadFile("bzip2", entry { $0.method = 12 }, "is compressed by method 12"),
    BadFile("lzma", entry { $0.method = 14 }, "is compressed by method 14"),
    BadFile("zstd", entry { $0.method = 93 }, "is compressed by method 93"),
    BadFile("offset beyond the file", entry { $0.offset = 99_999 }, "has no local header at byte"),
    BadFile("offset into the data", entry { $0.offset = 10 }, "has no local header at byte 10"),
    BadFile("damaged local header", entry { $0.localMark = [0, 0, 0, 0x50] }, "not an npz file"),
    BadFile("other local name", entry { $0.localName = Array("b.npy".utf8) }, "disagrees"),
    BadFile("longer local name", entry { $0.localName = Array("a.npyy".utf8) }, "disagrees"),
    BadFile("other local method", entry { $0.localMethod = 8 }, "disagrees with the directory"),
    BadFile(
      "size into the directory", entry { $0.compressedBytes += 1 }, "reach into the directory"),
    BadFile("size beyond the file", entry { $0.compressedBytes = 0xFFFF_FFFE }, "reach into"),
    BadFile("stored with two sizes", entry { $0.expandedBytes += 1 }, "its two sizes differ"),
    BadFile("no zip64 size", entry { $0.expandedBytes = .max }, "has no zip64 size"),
    BadFile(
      "zip64 size cut short",
      entry {
        $0.expandedBytes = .max
        $0.extra = [1, 0, 4, 0, 0, 0, 0, 0]
      }, "has no zip64 size"),
    BadFile(
      "zip64 size over 63 bits",
      entry {
        $0.compressedBytes = .max
        $0.extra = wide(.max)
      }, "overflows 63 bits"),
    BadFile(
      "zip64 offset near the limit",
      entry {
        $0.offset = .max
        $0.extra = wide(UInt64(Int64.max))
      }, "has no local header"),
    BadFile(
      "zip64 size near the limit",
      entry {
        $0.compressedBytes = .max
        $0.expandedBytes = .max
        $0.extra = wide(UInt64(Int64.max), UInt64(Int64.max))
      }, "reach into the directory"),
  ]

  static let contents = [
    BadFile("wrong CRC, stored", entry { $0.checksum ^= 1 }, "its CRC-32 does not match"),
    BadFile("wrong CRC, deflated", deflatedEntry { $0.checksum ^= 1 }, "its CRC-32 does not match"),
    BadFile("damaged data", entry { $0.content[139] ^= 1 }, "its CRC-32 does not match"),
    BadFile("no npy header", ZipBytes(.init("a.npy", [1, 2, 3])).bytes, "not an npy array"),
    BadFile("empty array file", ZipBytes(.init("a.npy", [])).bytes, "not an npy array"),
    BadFile(
      "truncated npy header", ZipBytes(.init("a.npy", Array(array.prefix(40)))).bytes,
      "truncated npy header"),
    BadFile(
      "data shorter than the shape", ZipBytes(.init("a.npy", Array(array.dropLast()))).bytes,
      "f32 [3] does not fill its 139 bytes"),
    BadFile("data longer than the shape", ZipBytes(.init("a.npy", array + [0])).bytes, "141 bytes"),
    BadFile(
      "overflowing shape",
      ZipBytes(
        .init(
          "a.npy",
          NpyRejectionTests.npy(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2305843009213693951,), }"))
      ).bytes, "does not fill"),
    BadFile("objects", ZipBytes(.init("a.npy", NpyRejectionTests.literals[0].bytes)).bytes, "'|O'"),
    BadFile(
      "deflate of garbage",
      deflatedEntry { $0.content = .init(repeating: 0xFF, count: $0.content.count) },
      "its compressed data is damaged"),
    BadFile(
      "deflate cut short",
      deflatedEntry {
        $0.content.removeLast(3)
        $0.compressedBytes -= 3
      }, "its compressed data is truncated"),
    BadFile(
      "bytes after the deflate stream",
      deflatedEntry {
        $0.content.append(0)
        $0.compressedBytes += 1
      }, "has bytes after its compressed data"),
    BadFile(
      "expands to less than declared",
      deflatedEntry {
        $0.content = deflated(Array(array.prefix(130)))
        $0.compressedBytes = UInt32($0.content.count)
      }, "expands to 130 bytes, the directory says 140"),
    BadFile(
      "expands to more than declared",
      deflatedEntry {
        $0.content = deflated(array + array)
        $0.compressedBytes = UInt32($0.content.count)
      }, "expands to more than the 140 bytes"),
    BadFile(
      "declared larger than deflate can",
      deflatedEntry { $0.expandedBytes = 4_000_000_000 }, "cannot expand to 4000000000"),
    BadFile("bomb", ZipBytes(bomb("a.npy")).bytes, "over 100 times its size"),
    BadFile(
      "bomb of many small entries",
      {
        var zip = ZipBytes()
        zip.entries = (0..<40).map { firecracker("\($0).npy") }
        return zip.bytes
      }(), "over 100 times its size"),
    BadFile(
      "bomb of wide integers", ZipBytes(.deflating("a.npy", zeros("|u1", count: 40 << 20))).bytes,
      "expands beyond"),
  ]

  private static func zeros(_ type: String, count: Int) -> [UInt8] {
    NpyRejectionTests.npy("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(count),), }")
      + [UInt8](repeating: 0, count: count)
  }

  /// 80 MB of zeros in 80 KB.
  private static func bomb(_ name: String) -> ZipBytes.Entry {
    .deflating(name, zeros("|u1", count: 80 << 20))
  }

  /// 2 MB of zeros in 2 KB.
  private static func firecracker(_ name: String) -> ZipBytes.Entry {
    .deflating(name, zeros("|u1", count: 2 << 20))
  }
}
