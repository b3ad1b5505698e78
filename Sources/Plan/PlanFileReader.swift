import Tensors

/// Bytes to plan, by `Plan.docc/PlanFile.md`: plain and complete, independent of the C loader, and
/// used to print plans and to check that loader. It knows no kernels, so it leaves the calls' integers
/// and operands to the loader.
package struct PlanFileReader {
  typealias Format = PlanFileFormat
  let bytes: [UInt8]
  let strings = Strings()
  private(set) var parts: [Format.Part: (offset: Int, count: Int)] = [:]

  /// Strings by their place in the text. A long one that every label shares is decoded once.
  final class Strings { var known: [UInt32: String] = [:] }

  /// Throws at the first field that breaks a rule of the specification.
  package static func read(_ bytes: [UInt8]) throws(PlanFileError) -> PlanFile {
    var reader = PlanFileReader(bytes: bytes)
    try reader.checkHeader()
    try reader.checkParts()
    return try reader.decode()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  func u32(_ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  func u64(_ offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  func count(_ part: Format.Part) -> Int { parts[part]!.count }

  private func require(
    _ holds: Bool, _ field: String, _ offset: Int, _ reason: @autoclosure () -> String
  ) throws(PlanFileError) {
    guard holds else { throw PlanFileError(field: field, offset: offset, reason()) }
  }

  private func checkHeader() throws(PlanFileError) {
    try require(
      bytes.count >= 12 && bytes.starts(with: Format.magic), "magic", 0, "not an rnnc plan file")
    let version = u32(Format.Field.version)
    guard version == Format.version else {
      throw PlanFileError(
        kind: .version, field: "version", offset: Format.Field.version,
        "the plan has format version \(version), this reader reads \(Format.version)")
    }
    try require(
      bytes.count >= Format.headerByteCount, "header", 0,
      "truncated, the file has \(bytes.count) of \(Format.headerByteCount) bytes")
    try require(
      u32(Format.Field.headerBytes) == UInt32(Format.headerByteCount), "headerBytes",
      Format.Field.headerBytes, "must be \(Format.headerByteCount)")
    let stated = u64(Format.Field.fileBytes)
    try require(
      stated == UInt64(bytes.count), "fileBytes", Format.Field.fileBytes,
      "the header says \(stated) bytes, the file has \(bytes.count)")
    try require(
      bytes.count % Format.alignment == 0, "fileBytes", Format.Field.fileBytes,
      "not a multiple of 64")
    try require(
      u64(Format.Field.checksum) == Format.checksum(bytes), "checksum", Format.Field.checksum,
      "does not match, the file is damaged")
    try checkNumbers()
  }

  private func checkNumbers() throws(PlanFileError) {
    let tile = u32(Format.Field.tile)
    try require(
      tile >= 1 && tile <= UInt32(Format.maximumTile), "tile", Format.Field.tile,
      "must be 1 ... \(Format.maximumTile)")
    let rate = Double(bitPattern: u64(Format.Field.rate))
    try require(
      rate >= 0 && rate <= 1e300, "rate", Format.Field.rate, "must be 0 or a positive number")
    for (field, offset) in [
      ("stateBytes", Format.Field.stateBytes), ("scratchBytes", Format.Field.scratchBytes),
    ] {
      try require(
        u64(offset) <= UInt64(Format.maximumMemory), field, offset, "more than 1 GiB")
    }
    for (field, offset) in [
      ("stepThreads", Format.Field.stepThreads),
      ("sequenceThreads", Format.Field.sequenceThreads),
    ] {
      try require(
        (1...UInt32(Format.maximumThreads)).contains(u32(offset)), field, offset,
        "must be 1 ... \(Format.maximumThreads)")
    }
    try require(
      isPortion(u32(Format.Field.waveRows), of: tile), "waveRows", Format.Field.waveRows,
      "must be 0, or the tile divided by 2, 4, 8, ...")
    try require(
      u32(Format.Field.reserved) == 0, "reserved", Format.Field.reserved, "must be zero")
  }

  /// Whether a tile is 2, 4, 8, ... portions of so many rows, or there is no wavefront (0).
  private func isPortion(_ rows: UInt32, of tile: UInt32) -> Bool {
    if rows == 0 { return true }
    let portions = tile / rows
    return portions >= 2 && portions * rows == tile && portions.nonzeroBitCount == 1
  }

  /// Parts follow each other without choice, so an offset is right or wrong; none can overlap.
  private mutating func checkParts() throws(PlanFileError) {
    var end = Format.headerByteCount
    for part in Format.Part.allCases {
      let field = part.headerOffset
      let expected = Format.roundUp(end)
      try require(
        u64(field) == UInt64(expected), "\(part).offset", field,
        "is \(u64(field)), must be \(expected)")
      let room = max(0, bytes.count - expected) / part.stride
      let limit = part == .weights ? room : min(room, Int(Format.none) - 1)
      let count = u64(field + 8)
      try require(
        expected <= bytes.count && count <= UInt64(limit), "\(part).count", field + 8,
        "\(count) records do not fit into the file")
      try checkPadding(end..<expected)
      parts[part] = (expected, Int(count))
      end = expected + Int(count) * part.stride
    }
    try require(
      Format.roundUp(end) == bytes.count, "fileBytes", Format.Field.fileBytes,
      "the file does not end after the weights")
    try checkPadding(end..<bytes.count)
    try require(
      Int(u32(Format.Field.inputCount)) <= count(.ports), "inputCount", Format.Field.inputCount,
      "more inputs than ports")
  }

  private func checkPadding(_ range: Range<Int>) throws(PlanFileError) {
    for offset in range {
      try require(bytes[offset] == 0, "padding", offset, "must be zero")
    }
  }
}
