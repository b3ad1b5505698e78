import DataFiles
import Tensors

/// What a file of weights or data holds, as `show` prints it.
struct FileListing {
  private let file: FileBytes
  private let kind: FileKind

  init(_ file: FileBytes, _ kind: FileKind) {
    self.file = file
    self.kind = kind
  }

  func show(_ session: Session) throws {
    switch kind {
    case .safetensors, .zip:
      let weights = try WeightFile(file)
      try show(weights.names.compactMap { name in weights.info(name).map { (name, $0) } }, session)
    case .npy:
      try show([("(array)", try Npy.header(of: file).info)], session)
    case .wav: try showRecording(try WavFile(file), session)
    default:
      throw Failure(
        .malformed, "'\(file.name)' is \(kind.article), which this tool does not read",
        help: ["it reads descriptions, plans, safetensors, npz, npy and wav"])
    }
  }

  private func show(_ tensors: [(String, TensorInfo)], _ session: Session) throws {
    var table = Table([.word("tensor"), .word("type"), .word("shape"), .number("bytes")])
    var total = 0
    for (name, info) in tensors {
      let bytes = info.byteCount ?? 0
      total += bytes
      session.addResult(
        .object([
          "tensor": .string(name), "type": .string(info.elementType.rawValue),
          "shape": .integers(info.shape), "bytes": .integer(bytes),
        ]))
      table.add([name, info.elementType.rawValue, "\(info.shape)", grouped(bytes)])
    }
    table.addRule()
    table.add(["\(tensors.count) in all", "", "", grouped(total)])
    try session.print(table)
  }

  private func showRecording(_ wav: WavFile, _ session: Session) throws {
    let seconds = Double(wav.frames) / Double(wav.rate)
    let encoding = wav.encoding == .pcm16 ? "PCM16" : "float32"
    session.addResult(
      .object([
        "rate": .integer(wav.rate), "channels": .integer(wav.channels),
        "frames": .integer(wav.frames), "seconds": .number(seconds),
        "encoding": .string(encoding),
      ]))
    var table = Table([
      .word("recording"), .number("rate [Hz]"), .number("channels"), .number("frames"),
      .number("length [s]"),
    ])
    table.add([
      encoding, String(wav.rate), String(wav.channels), String(wav.frames), fixed(seconds, 3),
    ])
    try session.print(table)
  }
}
