import Diagnostics

/// The chunk 'fmt ' of a WAV file: PCM16 or float32, plain or WAVE_FORMAT_EXTENSIBLE.
struct WavFormat {
  let encoding: WavFile.Encoding
  let channels: Int
  let rate: Int

  /// Bytes of one sample of every channel.
  var frameBytes: Int { channels * (encoding == .pcm16 ? 2 : 4) }

  private static let extensible = 0xFFFE
  /// What follows the format's number in a KSDATAFORMAT_SUBTYPE GUID.
  private static let guidTail: [UInt8] = [
    0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
  ]

  init(_ file: FileBytes, _ chunk: Range<Int>) throws(InputError) {
    guard chunk.count >= 16 else {
      throw .malformed(file.name, "chunk 'fmt ' has \(counted(chunk.count, "byte")), it needs 16")
    }
    func short(_ offset: Int) -> Int {
      Int(file.littleEndian(at: chunk.lowerBound + offset, as: UInt16.self))
    }
    var tag = short(0)
    if tag == Self.extensible {
      guard chunk.count >= 40, file.has(Self.guidTail, at: chunk.lowerBound + 26) else {
        throw .malformed(file.name, "the extensible chunk 'fmt ' is damaged")
      }
      tag = short(24)
    }
    switch (tag, short(14)) {
    case (1, 16): encoding = .pcm16
    case (3, 32): encoding = .float32
    case (let tag, let bits):
      throw .malformed(
        file.name, "\(bits)-bit samples of format \(tag) are not read, only PCM16 and float32",
        help: [wavHelp])
    }
    channels = short(2)
    rate = Int(file.littleEndian(at: chunk.lowerBound + 4, as: UInt32.self))
    guard channels > 0 else { throw .malformed(file.name, "the file has no channels") }
    guard rate > 0 else { throw .malformed(file.name, "the sample rate is 0") }
    guard short(12) == frameBytes else {
      throw .malformed(
        file.name, "a frame has \(short(12)) bytes, but \(channels) channels need \(frameBytes)")
    }
  }
}
