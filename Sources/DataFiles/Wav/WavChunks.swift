import Diagnostics

/// The places of the two chunks that matter in a RIFF/WAVE file; all chunk sizes are checked.
struct WavChunks {
  let format: Range<Int>
  let data: Range<Int>

  /// Programs that write to a pipe do not know the length and put a size from here on.
  private static let unknownSize = 0x7FFF_0000

  init(_ file: FileBytes) throws(InputError) {
    let end = try Self.riffEnd(file)
    var found: [String: Range<Int>] = [:]
    var offset = 12
    while offset < end {
      guard end - offset >= 8 else {
        throw .malformed(file.name, "truncated: no chunk header at byte \(offset)")
      }
      let name = file.text(offset..<offset + 4) ?? "????"
      let size = Int(file.littleEndian(at: offset + 4, as: UInt32.self))
      let start = offset + 8
      let isOpen = name == "data" && size >= Self.unknownSize
      guard isOpen || size <= end - start else {
        throw .malformed(
          file.name,
          "truncated: chunk \(quoted(name)) has \(size) bytes, only \(end - start) follow"
        )
      }
      let chunk = start..<(isOpen ? end : start + size)
      if name == "fmt " || name == "data" {
        guard found.updateValue(chunk, forKey: name) == nil else {
          throw .malformed(file.name, "a second chunk \(quoted(name))")
        }
      }
      offset = chunk.upperBound + chunk.count % 2
    }
    guard let format = found["fmt "] else { throw .malformed(file.name, "no chunk 'fmt '") }
    guard let data = found["data"] else { throw .malformed(file.name, "no chunk 'data'") }
    (self.format, self.data) = (format, data)
  }

  private static func riffEnd(_ file: FileBytes) throws(InputError) -> Int {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    if let kind = FileKind.recognise(file), kind != .wav {
      throw .malformed(file.name, "this is \(kind.article), not a WAV file")
    }
    for mark in ["RF64", "RIFX"] where file.has(mark.utf8) {
      throw .malformed(file.name, "the \(mark) variant of WAV is not read", help: [wavHelp])
    }
    guard file.has("RIFF".utf8), file.has("WAVE".utf8, at: 8) else {
      throw .malformed(file.name, "this is not a WAV file")
    }
    let size = Int(file.littleEndian(at: 4, as: UInt32.self))
    if size >= unknownSize { return file.count }
    guard size >= 4, size <= file.count - 8 else {
      throw .malformed(
        file.name, "truncated: RIFF says \(size) bytes, the file holds \(file.count - 8)")
    }
    return 8 + size
  }
}

/// A way out for WAV files of other kinds.
let wavHelp = "convert it with 'sox in.wav -b 16 -e signed-integer out.wav'"
