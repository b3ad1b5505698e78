import CRuntime
import Plan
import Testing

/// Every structural rule of the plan file, broken alone: the C loader and the plain reader both refuse,
/// at the same byte, with the same words.
@Suite struct RejectionTests {
  struct Damage: CustomTestStringConvertible, Sendable {
    let field: String
    let reason: String
    let inflict: @Sendable (inout PlanBytes) -> Void
    var testDescription: String { "\(field): \(reason)" }

    init(
      _ field: String, _ reason: String, _ inflict: @escaping @Sendable (inout PlanBytes) -> Void
    ) {
      self.field = field
      self.reason = reason
      self.inflict = inflict
    }
  }

  @Test(
    arguments: headers + parts + texts + ports + buffers + placed + steps + loops + operands
      + states + wavefronts)
  func bothReadersRefuse(damage: Damage) throws {
    var file = try PlanBytes()
    damage.inflict(&file)
    try expectRefusal(file.sealed, damage.field, damage.reason)
  }

  private func expectRefusal(
    _ bytes: [UInt8], _ field: String, _ reason: String, code: Int = RNNC_E_MALFORMED
  ) throws {
    let error = try #require(throws: PlanFileError.self) { try PlanFileReader.read(bytes) }
    let offset = try #require(error.offset)
    #expect(error.description == "\(field) (byte \(offset)): \(reason)")
    #expect(openInC(bytes) == LoaderAnswer(code: code, message: error.description))
  }

  /// The sample is only broken by what the other tests do to it.
  @Test func theSampleIsFine() throws {
    #expect(openInC(try PlanBytes().bytes) == LoaderAnswer(code: 0, message: ""))
  }

  @Test func aDamagedByteIsNoticedByTheChecksum() throws {
    var file = try PlanBytes()
    for offset in [40, 300, file.bytes.count - 70] {
      file.bytes[offset] ^= 0x10
      try expectRefusal(file.bytes, "checksum", "does not match, the file is damaged")
      file.bytes[offset] ^= 0x10
    }
  }

  @Test func anotherVersionIsRefusedAsSuch() throws {
    var file = try PlanBytes()
    file.set(u32: 2, at: 8)
    let answer = openInC(file.sealed)
    #expect(answer.code == RNNC_E_VERSION)
    #expect(
      answer.message == "version (byte 8): the plan has format version 2, this runtime reads 3")
    let error = #expect(throws: PlanFileError.self) { try PlanFileReader.read(file.sealed) }
    #expect(error?.kind == .version)
  }

  /// Both as it is and with the length and the checksum made to fit.
  @Test func everyTruncationIsRefused() throws {
    let whole = try PlanBytes().bytes
    for count in whole.indices {
      var file = try PlanBytes()
      file.bytes = Array(whole[..<count])
      let answer = openInC(file.bytes)
      #expect(answer.code == RNNC_E_MALFORMED)
      let error = #expect(throws: PlanFileError.self) { try PlanFileReader.read(file.bytes) }
      #expect(error?.description == answer.message)
      guard count >= 256 else { continue }
      file.set(u64: UInt64(count), at: 16)
      #expect(openInC(file.sealed).code == RNNC_E_MALFORMED)
      #expect(throws: PlanFileError.self) { try PlanFileReader.read(file.sealed) }
    }
  }
}
