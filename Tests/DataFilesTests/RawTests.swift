import DataFiles
import Tensors
import TestSupport
import Testing

struct RawTests {
  @Test func everyTypeRoundTrips() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 5)
    for type in ElementType.allCases {
      let tensor = randomTensor(type, shape: [7, 2, 3], &random)
      try Raw.write(tensor, as: type, to: folder.path("a"))
      let format = RawFormat(type, stepShape: [2, 3], scalesSamples: false)
      #expect(try Raw.read(path: folder.path("a"), format: format) == tensor)
    }
  }

  @Test func samplesAreScaledForFloatInputs() throws {
    let bytes: [UInt8] = [0, 0x80, 0xFF, 0x7F]
    let file = FileBytes(name: "a.i16", copying: bytes)
    #expect(
      try Raw.decode(file, format: RawFormat(.i16, stepShape: []))
        == Tensor([-1, 32767 / 32768]))
    let integers = RawFormat(.i16, stepShape: [1], scalesSamples: false)
    #expect(try Raw.decode(file, format: integers).integers == [-32768, 32767])
    #expect(Raw.encode(Tensor([-1, 32767 / 32768]), as: .i16) == bytes)
  }

  @Test func floatsAreWrittenNarrower() throws {
    let tensor = Tensor([1, -2.5])
    #expect(Raw.encode(tensor, as: .f16) == [0, 0x3C, 0, 0xC1])
    #expect(Raw.encode(tensor, as: .bf16) == [0x80, 0x3F, 0x20, 0xC0])
    #expect(Raw.encode(tensor, as: .f64).count == 16)
  }

  @Test func partialFrame() throws {
    let file = FileBytes(name: "a.f32", copying: [UInt8](repeating: 0, count: 20))
    expectRefusal("a.f32: error: ends in a partial frame: 8 of 12 bytes") {
      _ = try Raw.decode(file, format: RawFormat(.f32, stepShape: [3]))
    }
    expectRefusal("help: pass --pad zero") {
      _ = try Raw.decode(file, format: RawFormat(.f32, stepShape: [3]))
    }
    let padded = try Raw.decode(
      file, format: RawFormat(.f32, stepShape: [3], padsWithZeros: true))
    #expect(padded == Tensor([0, 0, 0, 0, 0, 0], shape: [2, 3]))
  }

  @Test(arguments: [[0], [3, 0], [Int.max, 2], [Int.max]])
  func stepsOfNoBytes(shape: [Int]) throws {
    let file = FileBytes(name: "a.f32", copying: [0, 0, 0, 0])
    expectRefusal("a.f32: error: cannot be cut into steps of shape \(shape)") {
      _ = try Raw.decode(file, format: RawFormat(.f32, stepShape: shape))
    }
    expectRefusal("-: error: cannot be cut into steps of shape \(shape)") {
      _ = try FrameReader(
        descriptor: -1, name: "-", source: .raw(RawFormat(.f32, stepShape: shape)))
    }
  }

  @Test(arguments: [
    BadFile("empty file", [], "the file is empty"),
    BadFile("npy instead", Npy.encode(Tensor([1])), "this is an npy file, not raw u64 data"),
    BadFile(
      "wav instead", Array("RIFF____WAVE____".utf8), "this is a WAV file, not raw u64 data"),
    BadFile("wide integer", .init(repeating: 0xFF, count: 8), "does not fit 63 bits"),
  ])
  func isRefused(_ file: BadFile) {
    file.expectRefused { _ = try Raw.decode($0, format: RawFormat(.u64, stepShape: [1])) }
  }
}
