/// What a file really is, told by its first bytes, so that a wrong one can be named.
package enum FileKind: String, Sendable, CaseIterable {
  case npy, zip, torch, wav, safetensors, gzip, hdf5, pickle, flac, ogg, mp3, png, pdf, elf

  /// As it stands in a sentence: "this is an npz file, not npy".
  package var article: String {
    switch self {
    case .npy: "an npy file"
    case .zip: "an npz (zip) file"
    case .torch: "a PyTorch checkpoint"
    case .wav: "a WAV file"
    case .safetensors: "a safetensors file"
    case .gzip: "a gzip file"
    case .hdf5: "an HDF5 file"
    case .pickle: "a Python pickle"
    case .flac: "a FLAC file"
    case .ogg: "an Ogg file"
    case .mp3: "an MP3 file"
    case .png: "a PNG image"
    case .pdf: "a PDF document"
    case .elf: "a compiled program or library"
    }
  }

  /// False where raw numbers could well begin with the same bytes.
  var isUnmistakable: Bool {
    switch self {
    case .npy, .zip, .torch, .wav, .hdf5, .png: true
    default: false
    }
  }

  /// Nil for text, raw data and everything else without a mark of its own. O(1).
  package static func recognise(_ file: FileBytes) -> FileKind? {
    if looksLikeSafetensors(file) { return .safetensors }  // its length may read as gzip's magic
    if file.has("PK\u{3}\u{4}".utf8) || file.has("PK\u{5}\u{6}".utf8) { return zipKind(file) }
    for (magic, kind) in magics where file.has(magic) { return kind }
    return file.has("RIFF".utf8) && file.has("WAVE".utf8, at: 8) ? .wav : nil
  }

  private static let magics: [([UInt8], FileKind)] = [
    ([0x93] + Array("NUMPY".utf8), .npy),
    ([0x1F, 0x8B], .gzip),
    ([0x89] + Array("HDF\r\n".utf8), .hdf5),
    ([0x89] + Array("PNG\r\n".utf8), .png),
    ([0x80, 0x02, 0x8A, 0x0A], .torch),
    ([0x80, 0x04, 0x95], .pickle),
    (Array("fLaC".utf8), .flac),
    (Array("OggS".utf8), .ogg),
    (Array("ID3".utf8), .mp3),
    (Array("%PDF-".utf8), .pdf),
    ([0x7F] + Array("ELF".utf8), .elf),
  ]

  /// What a file that is not empty seems to be, as it stands in a sentence. O(1).
  package static func appearance(of file: FileBytes) -> String {
    if let kind = recognise(file) { return kind.article }
    let start = file.withBytes(0..<min(file.count, 64)) { Array($0) }
    // A character may be cut at the end of what was looked at.
    let text = (0..<4).lazy.compactMap { String(validating: start.dropLast($0), as: UTF8.self) }
      .first { !$0.isEmpty && $0.unicodeScalars.allSatisfy(\.isText) }
    guard let text else {
      let bytes = start.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      return "a file of an unknown kind, beginning with the bytes "
        + bytes.joined(separator: " ")
    }
    let line = text.prefix { !$0.isNewline }
    return line.isEmpty ? "a text" : "a text, beginning with \(quoted(String(line.prefix(24))))"
  }

  /// PyTorch stores `<name>/data.pkl` first in its archive.
  private static func zipKind(_ file: FileBytes) -> FileKind {
    guard file.count >= 30 else { return .zip }
    let length = Int(file.littleEndian(at: 26, as: UInt16.self))
    guard length <= 4096, 30 + length <= file.count else { return .zip }
    return file.text(30..<30 + length)?.hasSuffix("/data.pkl") == true ? .torch : .zip
  }

  private static func looksLikeSafetensors(_ file: FileBytes) -> Bool {
    guard file.count >= 10, file[8] == UInt8(ascii: "{") else { return false }
    let length = file.littleEndian(at: 0, as: UInt64.self)
    return length >= 2 && length <= DataLimits.safetensorsHeaderBytes
  }
}

extension Unicode.Scalar {
  fileprivate var isText: Bool {
    properties.generalCategory != .control || ["\t", "\n", "\r"].contains(self)
  }
}
