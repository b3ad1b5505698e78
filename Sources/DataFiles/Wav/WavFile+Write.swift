import Tensors

extension WavFile {
  /// Writes the recording; PCM16 is rounded and clipped to [-32768, 32767] / 32768.
  package func write(to path: String) throws(OutputError) {
    let data = encodedSamples
    guard data.count <= UInt32.max - 64 else {
      throw OutputError(.cannotCreate, path: path, reason: "a WAV file holds less than 4 GiB")
    }
    let format = chunk("fmt ", formatBytes)
    let fact = encoding == .float32 ? chunk("fact", UInt32(frames).bytes) : []
    let body = Array("WAVE".utf8) + format + fact + chunk("data", data)
    try writeAtomically(chunk("RIFF", body), to: path)
  }

  private var encodedSamples: [UInt8] {
    encoding == .float32 ? encodeElements(Tensor(samples)) : encodePCM16(samples)
  }

  private var formatBytes: [UInt8] {
    let isFloat = encoding == .float32
    let sampleBytes = isFloat ? 4 : 2
    let tag: UInt16 = isFloat ? 3 : 1
    let plain =
      tag.bytes + UInt16(channels).bytes + UInt32(rate).bytes
      + UInt32(rate * channels * sampleBytes).bytes + UInt16(channels * sampleBytes).bytes
      + UInt16(sampleBytes * 8).bytes
    return isFloat ? plain + [0, 0] : plain
  }

  private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let padding: [UInt8] = content.count.isMultiple(of: 2) ? [] : [0]
    return Array(name.utf8) + UInt32(content.count).bytes + content + padding
  }
}
