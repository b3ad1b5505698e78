import CRuntime
import Plan
import Tensors

/// What the C loader says about the bytes of a file.
struct LoaderAnswer: Equatable {
  let code: Int
  let message: String

  /// Refusals that need to know the kernels, which the plain reader leaves to the loader.
  var isAboutKernels: Bool {
    message.hasPrefix("call ") || message.hasPrefix("isa:") || message.hasPrefix("features:")
  }
  /// `buffers[3].width` of `buffers[3].width (byte 1234): ...`.
  var field: String { String(message.prefix { $0 != " " }) }
}

/// Opens the bytes in C, calls `body` with the program if it opened, and closes it.
@discardableResult
func openInC(_ bytes: [UInt8], _ body: (OpaquePointer) -> Void = { _ in }) -> LoaderAnswer {
  let copy = AlignedBuffer(byteCount: bytes.count)
  bytes.withUnsafeBytes {
    if let start = $0.baseAddress { copy.baseAddress.copyMemory(from: start, byteCount: $0.count) }
  }
  var program: OpaquePointer?
  var message = [CChar](repeating: 0, count: 512)
  let code = rnnc_open_memory(copy.baseAddress, bytes.count, &program, &message, message.count)
  if let program {
    body(program)
    rnnc_close(program)
  }
  let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return LoaderAnswer(code: Int(code), message: String(decoding: text, as: UTF8.self))
}

/// The bytes of a plan file being damaged.
struct PlanBytes {
  typealias Format = PlanFileFormat
  var bytes: [UInt8]

  init(_ plan: Plan = SamplePlan.everything()) throws { bytes = try SamplePlan.bytes(plan) }

  /// The file with a checksum that fits, so that readers look further.
  var sealed: [UInt8] { Self.sealed(bytes) }

  static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= Format.headerByteCount, bytes.count % 64 == 0 else { return bytes }
    var file = bytes
    let sum = Format.checksum(bytes)
    for byte in 0..<8 {
      file[Format.Field.checksum + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte))
    }
    return file
  }

  func u32(_ offset: Int) -> UInt32 { UInt32(number(offset, 4)) }
  func u64(_ offset: Int) -> UInt64 { number(offset, 8) }

  private func number(_ offset: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  mutating func set(u32 value: UInt32, at offset: Int) { set(UInt64(value), at: offset, 4) }
  mutating func set(u64 value: UInt64, at offset: Int) { set(value, at: offset, 8) }

  private mutating func set(_ value: UInt64, at offset: Int, _ byteCount: Int) {
    for byte in 0..<byteCount {
      bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }

  /// Byte of a field of a record.
  func at(_ part: Format.Part, _ index: Int, _ within: Int) -> Int {
    Int(u64(part.headerOffset)) + index * part.stride + within
  }

  func count(_ part: Format.Part) -> Int { Int(u64(part.headerOffset + 8)) }
}
