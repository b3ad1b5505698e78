import DataFiles
import Tensors
import TestSupport
import Testing

struct ZipWriterTests {
  /// Archives of more than 4 GiB, made small by moving the border.
  @Test(arguments: [0, 1, 150, 200, 300, 1000] as [UInt64])
  func zip64FieldsReadBack(wideFrom: UInt64) throws {
    let folder = try TemporaryFolder()
    var archive = try ZipWriter(path: folder.path("a.npz"), wideFrom: wideFrom)
    try archive.add("a.npy", Npy.encode(Tensor([1, 2, 3])))
    try archive.add("ö.npy", Npy.encode(Tensor([Float](repeating: 4, count: 30))))
    try archive.finish()
    let file = try NpzFile(path: folder.path("a.npz"))
    #expect(try file.tensor(named: "a").floats == [1, 2, 3])
    #expect(try file.tensor(named: "ö").floats == [Float](repeating: 4, count: 30))
  }

  @Test func archiveOfNothing() throws {
    let folder = try TemporaryFolder()
    try NpzFile.write([], to: folder.path("a.npz"))
    #expect(try NpzFile(path: folder.path("a.npz")).names.isEmpty)
  }
}
