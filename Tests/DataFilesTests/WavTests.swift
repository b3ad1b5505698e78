import DataFiles
import Tensors
import TestSupport
import Testing

struct WavTests {
  @Test(arguments: [WavFile.Encoding.pcm16, .float32], [1, 2, 3])
  func roundTrip(encoding: WavFile.Encoding, channels: Int) throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 7)
    for frames in [0, 1, 2, 101] {
      let samples = (0..<frames * channels).map { _ in
        (random.uniform(1) * 32768).rounded() / 32768
      }
      let wav = WavFile(rate: 16_000, channels: channels, encoding: encoding, samples: samples)
      try wav.write(to: folder.path("a.wav"))
      let back = try WavFile(path: folder.path("a.wav"))
      #expect(back.samples.map { min($0, 32767 / 32768) } == samples.map { min($0, 32767 / 32768) })
      #expect(back.rate == 16_000 && back.channels == channels && back.encoding == encoding)
      #expect(back.frames == frames)
    }
  }

  @Test func samplesAreDividedBy32768() throws {
    let wav = try WavFile(file(data: [0, 0x80, 0xFF, 0x7F, 1, 0]))
    #expect(wav.samples == [-1, 32767 / 32768, 1 / 32768])
  }

  @Test func samplesAreClippedWhenWritten() throws {
    let folder = try TemporaryFolder()
    let wav = WavFile(rate: 8000, samples: [2, -2, .infinity, .nan, 0.5 / 32768, 1.5 / 32768])
    try wav.write(to: folder.path("a.wav"))
    let top: Float = 32767 / 32768
    #expect(
      try WavFile(path: folder.path("a.wav")).samples == [top, -1, top, 0, 0, 2 / 32768])
  }

  @Test func otherChunksAreSkipped() throws {
    let list = chunk("LIST", [1, 2, 3]) + [0]
    let wav = try WavFile(file(before: list, data: [1, 0], after: chunk("id3 ", [])))
    #expect(wav.samples == [1 / 32768])
  }

  @Test func extensibleFormat() throws {
    let guid: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    let extra: [UInt8] = [22, 0, 16, 0, 4, 0, 0, 0, 1, 0] + guid
    let wav = try WavFile(file(format: Self.format(tag: 0xFFFE) + extra, data: [1, 0]))
    #expect(wav.samples == [1 / 32768] && wav.encoding == .pcm16)
    BadFile(
      "damaged GUID",
      riff(chunk("fmt ", Self.format(tag: 0xFFFE) + extra.dropLast() + [0]) + chunk("data", [])),
      "the extensible chunk 'fmt ' is damaged"
    ).expectRefused { _ = try WavFile($0) }
  }

  /// sox and ffmpeg cannot know the length when they write to a pipe.
  @Test(arguments: [0x7FFF_F000, 0xFFFF_FFFF] as [UInt32])
  func unknownLengthReachesToTheEnd(size: UInt32) throws {
    let data = Array("data".utf8) + littleEndian(size) + [1, 0, 2, 0]
    let bytes = riff(chunk("fmt ", Self.format()) + data, size: 0xFFFF_FFFF)
    let wav = try WavFile(FileBytes(name: "-", copying: bytes))
    #expect(wav.samples == [1 / 32768, 2 / 32768])
  }

  @Test(arguments: files)
  func isRefused(_ file: BadFile) {
    file.expectRefused { _ = try WavFile($0) }
  }

  private static let body = chunk("fmt ", format()) + chunk("data", [1, 0])

  static let files = [
    BadFile("empty file", [], "the file is empty"),
    BadFile("npy instead", Npy.encode(Tensor([1])), "this is an npy file, not a WAV file"),
    BadFile("FLAC instead", Array("fLaC".utf8), "this is a FLAC file, not a WAV file"),
    BadFile("text instead", Array("hello".utf8), "this is not a WAV file"),
    BadFile("RIFF of another kind", Array("RIFF\0\0\0\0AVI ".utf8), "this is not a WAV file"),
    BadFile("RF64", Array("RF64____WAVE".utf8), "the RF64 variant of WAV is not read"),
    BadFile("big endian", Array("RIFX____WAVE".utf8), "the RIFX variant of WAV is not read"),
    BadFile("RIFF size beyond the file", riff(body, size: 999), "truncated: RIFF says 999 bytes"),
    BadFile("RIFF size below 4", riff(body, size: 3), "truncated: RIFF says 3 bytes"),
    BadFile("truncated file", Array(riff(body).dropLast()), "truncated: RIFF says"),
    BadFile("no chunks", riff([]), "no chunk 'fmt '"),
    BadFile("no format", riff(chunk("data", [1, 0])), "no chunk 'fmt '"),
    BadFile("no data", riff(chunk("fmt ", format())), "no chunk 'data'"),
    BadFile("two formats", riff(chunk("fmt ", format()) + body), "a second chunk 'fmt '"),
    BadFile("two data chunks", riff(body + chunk("data", [])), "a second chunk 'data'"),
    BadFile("half a chunk header", riff(body + [0x64, 0x61]), "truncated: no chunk header"),
    BadFile(
      "chunk beyond the file",
      riff(chunk("fmt ", format()) + Array("data".utf8) + [4, 0, 0, 0, 1]),
      "truncated: chunk 'data' has 4 bytes, only 1 follow"),
    BadFile("short format", riff(chunk("fmt ", [1, 0]) + chunk("data", [])), "it needs 16"),
    BadFile(
      "8 bits", riff(chunk("fmt ", format(bits: 8)) + chunk("data", [])),
      "8-bit samples of format 1 are not read"),
    BadFile(
      "mu-law", riff(chunk("fmt ", format(tag: 7)) + chunk("data", [])),
      "16-bit samples of format 7 are not read"),
    BadFile(
      "64-bit floats", riff(chunk("fmt ", format(tag: 3, bits: 64)) + chunk("data", [])),
      "64-bit samples of format 3 are not read"),
    BadFile(
      "extensible without its extension",
      riff(chunk("fmt ", format(tag: 0xFFFE)) + chunk("data", [])), "extensible chunk"),
    BadFile(
      "no channels", riff(chunk("fmt ", format(channels: 0)) + chunk("data", [])), "no channels"),
    BadFile("rate of 0", riff(chunk("fmt ", format(rate: 0)) + chunk("data", [])), "rate is 0"),
    BadFile(
      "wrong frame size", riff(chunk("fmt ", format(frameBytes: 3)) + chunk("data", [])),
      "a frame has 3 bytes, but 1 channels need 2"),
    BadFile(
      "partial frame", riff(chunk("fmt ", format()) + chunk("data", [1, 0, 2]) + [0]),
      "no multiple of a frame's 2"),
  ]

  static func format(
    tag: UInt16 = 1, channels: UInt16 = 1, rate: UInt32 = 8000, bits: UInt16 = 16,
    frameBytes: UInt16? = nil
  ) -> [UInt8] {
    littleEndian(tag) + littleEndian(channels) + littleEndian(rate) + littleEndian(rate &* 2)
      + littleEndian(frameBytes ?? channels * bits / 8) + littleEndian(bits)
  }

  private func file(
    before: [UInt8] = [], format: [UInt8] = WavTests.format(), data: [UInt8], after: [UInt8] = []
  ) -> FileBytes {
    let bytes = riff(before + chunk("fmt ", format) + chunk("data", data) + after)
    return FileBytes(name: "a.wav", copying: bytes)
  }
}

private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
  Array(name.utf8) + littleEndian(UInt32(content.count)) + content
}

private func riff(_ body: [UInt8], size: UInt32? = nil) -> [UInt8] {
  Array("RIFF".utf8) + littleEndian(size ?? UInt32(body.count + 4)) + Array("WAVE".utf8) + body
}
