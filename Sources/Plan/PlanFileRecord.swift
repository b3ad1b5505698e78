/// One record of a part: refusals name its part, index, field and byte.
struct PlanFileRecord {
  let reader: PlanFileReader
  let part: PlanFileFormat.Part
  let index: Int
  var offset: Int { reader.parts[part]!.offset + index * part.stride }

  func u32(_ within: Int) -> UInt32 { reader.u32(offset + within) }
  func u64(_ within: Int) -> UInt64 { reader.u64(offset + within) }

  func require(
    _ holds: Bool, _ field: String, _ within: Int, _ reason: @autoclosure () -> String
  ) throws(PlanFileError) {
    guard holds else {
      throw PlanFileError(
        field: "\(part)[\(index)].\(field)", offset: offset + within, reason())
    }
  }

  func string(
    _ field: String, _ within: Int, mayBeEmpty: Bool = true
  ) throws(PlanFileError) -> String {
    let start = u32(within)
    try require(
      reader.startsString(start), field, within, "\(start) is not the start of a string")
    let string = reader.string(at: start)
    try require(mayBeEmpty || !string.isEmpty, field, within, "must not be empty")
    return string
  }
}

extension PlanFileReader {
  func checkText() throws(PlanFileError) {
    let (offset, count) = parts[.text]!
    let text = bytes[offset..<offset + count]
    guard text.last == 0 else {
      throw PlanFileError(field: "text", offset: offset, "does not end with a zero byte")
    }
    guard String(validating: text, as: UTF8.self) != nil else {
      throw PlanFileError(field: "text", offset: offset, "is not UTF-8")
    }
  }

  func startsString(_ start: UInt32) -> Bool {
    let (offset, count) = parts[.text]!
    return Int(start) < count && (start == 0 || bytes[offset + Int(start) - 1] == 0)
  }

  func string(at start: UInt32) -> String {
    if let string = strings.known[start] { return string }
    let from = parts[.text]!.offset + Int(start)
    let string = String(decoding: bytes[from...].prefix { $0 != 0 }, as: UTF8.self)
    strings.known[start] = string
    return string
  }

  func headerString(
    _ field: String, _ offset: Int, mayBeEmpty: Bool = true
  ) throws(PlanFileError) -> String {
    let start = u32(offset)
    guard startsString(start) else {
      throw PlanFileError(
        field: field, offset: offset, "\(start) is not the start of a string")
    }
    let string = string(at: start)
    guard mayBeEmpty || !string.isEmpty else {
      throw PlanFileError(field: field, offset: offset, "must not be empty")
    }
    return string
  }
}
