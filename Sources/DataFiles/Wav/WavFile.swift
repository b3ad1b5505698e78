import Diagnostics

/// A WAV recording: PCM16 or float32, any number of channels.
package struct WavFile: Sendable, Equatable {
  package enum Encoding: Sendable { case pcm16, float32 }

  /// Frames per second.
  package var rate: Int
  package var channels: Int
  package var encoding: Encoding
  /// Frame by frame, the channels of a frame side by side; PCM16 is divided by 32768.
  package var samples: [Float]

  package init(rate: Int, channels: Int = 1, encoding: Encoding = .pcm16, samples: [Float]) {
    precondition(channels > 0 && samples.count.isMultiple(of: channels))
    self.rate = rate
    self.channels = channels
    self.encoding = encoding
    self.samples = samples
  }

  /// Number of frames (samples per channel).
  package var frames: Int { samples.count / channels }

  package init(path: String) throws(InputError) {
    try self.init(FileBytes(path: path))
  }

  package init(_ file: FileBytes) throws(InputError) {
    let chunks = try WavChunks(file)
    let format = try WavFormat(file, chunks.format)
    guard chunks.data.count.isMultiple(of: format.frameBytes) else {
      throw .malformed(
        file.name,
        "the data chunk's \(chunks.data.count) bytes are no multiple of a frame's "
          + "\(format.frameBytes)")
    }
    let samples = file.withBytes(chunks.data) { bytes in
      format.encoding == .pcm16 ? decodePCM16(bytes) : decodeFloats(bytes)
    }
    self.init(
      rate: format.rate, channels: format.channels, encoding: format.encoding, samples: samples)
  }
}

private func decodeFloats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
  guard case .floats(let values)? = decodeElements(bytes, as: .f32) else { return [] }
  return values
}
