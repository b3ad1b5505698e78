import DataFiles
import Tensors
import Testing

struct DataFormatTests {
  @Test func byExtension() {
    #expect(DataFormat(path: "a.npy") == .npy)
    #expect(DataFormat(path: "/x.y/b.NPZ") == .npz)
    #expect(DataFormat(path: "a.b.wav") == .wav)
    #expect(DataFormat(path: "a.i16") == .raw(.i16))
    #expect(DataFormat(path: "a.bf16") == .raw(.bf16))
    #expect(DataFormat(path: "-") == nil)
    #expect(DataFormat(path: "folder.npy/a") == nil)
    #expect(DataFormat(path: ".npy") == nil)
    #expect(DataFormat(path: "a.txt") == nil)
    #expect(DataFormat(path: "") == nil)
  }

  @Test func everyNameNamesItself() {
    for format in DataFormat.all { #expect(DataFormat(named: format.name) == format) }
    #expect(DataFormat(named: "yaml") == nil)
    #expect(Set(DataFormat.all.map(\.name)).isSuperset(of: ["npy", "npz", "csv", "wav", "f32"]))
  }

  @Test(arguments: [
    (Npy.encode(Tensor([1])), FileKind.npy), (NumpyFixtures.stored, .zip),
    (ZipBytes().bytes, .zip), (ZipBytes(.init("m/data.pkl", [])).bytes, .torch),
    (Array("RIFF____WAVE".utf8), .wav), (safetensors("{}"), .safetensors),
    ([0x1F, 0x8B, 8, 0], .gzip), (Array("fLaC".utf8), .flac), (Array("%PDF-1.4".utf8), .pdf),
    ([0x7F] + Array("ELF".utf8), .elf), ([0x89] + Array("HDF\r\n".utf8), .hdf5),
  ])
  func byFirstBytes(bytes: [UInt8], kind: FileKind) {
    #expect(FileKind.recognise(FileBytes(name: "a", copying: bytes)) == kind)
  }

  @Test(arguments: [[], [0], Array("hello: world\n".utf8), Array("RIFF____AVI ".utf8)])
  func withoutAMark(bytes: [UInt8]) {
    #expect(FileKind.recognise(FileBytes(name: "a", copying: bytes)) == nil)
    #expect(DataFormat(recognising: FileBytes(name: "a", copying: bytes)) == nil)
  }

  /// A header of 35 615 bytes begins like gzip.
  @Test func safetensorsWhoseLengthLooksLikeGzip() throws {
    let header = "{" + String(repeating: " ", count: 0x8B1F - 2) + "}"
    let file = FileBytes(name: "a", copying: safetensors(header))
    #expect(file[0] == 0x1F && file[1] == 0x8B)
    #expect(FileKind.recognise(file) == .safetensors)
    #expect(try WeightFile(file).names.isEmpty)
  }

  @Test func weightFilesByFirstBytes() throws {
    let npz = try WeightFile(FileBytes(name: "a.safetensors", copying: NumpyFixtures.stored))
    #expect(npz.names == ["a", "b"] && npz.info("a")?.shape == [2, 3])
    BadFile("PyTorch", ZipBytes(.init("m/data.pkl", [])).bytes, "this is a PyTorch checkpoint")
      .expectRefused { _ = try WeightFile($0) }
    BadFile("HDF5", [0x89] + Array("HDF\r\n".utf8), "this is an HDF5 file")
      .expectRefused { _ = try WeightFile($0) }
    for (name, bytes, message) in [
      ("text", Array("name: é\nx".utf8), "this is a text, beginning with 'name: é', not a"),
      ("cut", Array((String(repeating: "x", count: 63) + "é").utf8), "this is a text, beginning"),
      ("nothing", [], "the file is empty"),
      (
        "numbers", [0, 1, 2, 3, 200, 5, 6, 7, 8, 9, 10],
        "this is a file of an unknown kind, beginning with the bytes 00 01 02 03 c8 05 06 07, not"
      ),
    ] { BadFile(name, bytes, message).expectRefused { _ = try WeightFile($0) } }
  }
}
