import Tensors

/// The numbers of `Plan.docc/PlanFile.md`, for the writer and the reader.
package enum PlanFileFormat {
  package static let magic: [UInt8] = Array("RNNCPLAN".utf8)
  package static let version: UInt32 = 3
  package static let headerByteCount = 256
  package static let alignment = 64
  /// In place of an index: no operand, no initial values.
  package static let none = UInt32.max
  package static let maximumTile = 4096
  package static let maximumThreads = 256
  package static let maximumStages = 16
  package static let maximumMemory = 1 << 30
  package static let maximumRank = 8
  package static let maximumIntegers = 640
  package static let maximumOperands = 32

  /// Kinds of step records, and what is added where a stage of the wavefront begins.
  package static let call: UInt32 = 0
  package static let loop: UInt32 = 1
  package static let beginsStage: UInt32 = 2

  /// Byte offsets of the header's fields.
  package enum Field {
    package static let version = 8
    package static let headerBytes = 12
    package static let fileBytes = 16
    package static let checksum = 24
    package static let stateBytes = 32
    package static let scratchBytes = 40
    package static let rate = 48
    package static let tile = 56
    package static let inputCount = 60
    package static let name = 64
    package static let isa = 68
    package static let features = 72
    package static let toolVersion = 76
    package static let parts = 80
    package static let stepThreads = 240
    package static let sequenceThreads = 244
    package static let waveRows = 248
    package static let reserved = 252
  }

  /// The parts after the header, in the order of the file.
  package enum Part: Int, CaseIterable {
    case text, ports, shapes, labels, buffers, steps, integers, operands, states, weights

    /// Bytes of one record.
    package var stride: Int {
      switch self {
      case .text, .weights: 1
      case .labels, .integers: 4
      case .shapes: 8
      case .operands, .states: 16
      case .ports, .steps: 24
      case .buffers: 32
      }
    }

    /// Where the header keeps the part's offset; its count follows.
    package var headerOffset: Int { Field.parts + 16 * rawValue }
  }

  /// Element types by code.
  package static let elements: [ElementType] = [
    .f32, .f64, .f16, .bf16, .i8, .u8, .i16, .u16, .i32, .u32, .i64, .u64, .bool,
  ]

  package static func roundUp(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) & ~(alignment - 1)
  }

  /// The checksum of a whole file whose length is a multiple of 64; its own field counts as zero.
  package static func checksum(_ file: [UInt8]) -> UInt64 {
    let basis: UInt64 = 0xcbf2_9ce4_8422_2325
    var lanes = SIMD8<UInt64>(repeating: basis) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)
    file.withUnsafeBytes { bytes in
      for offset in stride(from: 0, to: bytes.count, by: 64) {
        var words = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
        if offset == 0 { words[Field.checksum / 8] = 0 }
        lanes = mix(lanes, words)
      }
    }
    var sum = SIMD8<UInt64>(repeating: basis)
    for lane in 0..<8 { sum = mix(sum, SIMD8(repeating: lanes[lane])) }
    return sum[0] ^ (sum[0] >> 32)
  }

  private static func mix(_ lane: SIMD8<UInt64>, _ word: SIMD8<UInt64>) -> SIMD8<UInt64> {
    let product = (lane ^ word) &* 0x100_0000_01b3
    return (product &<< 29) | (product &>> 35)
  }
}

/// A plan file cannot be read, or a plan cannot be written as one.
package struct PlanFileError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable { case malformed, version }

  package let kind: Kind
  /// `tile`, `buffers[3].width`, ... as in the specification.
  package let field: String
  /// Byte of the field in the file; nil when writing.
  package let offset: Int?
  package let reason: String

  package init(
    kind: Kind = .malformed, field: String, offset: Int? = nil, _ reason: String
  ) {
    self.kind = kind
    self.field = field
    self.offset = offset
    self.reason = reason
  }

  /// The same form as the messages of the C loader.
  package var description: String {
    offset.map { "\(field) (byte \($0)): \(reason)" } ?? "\(field): \(reason)"
  }
}

/// What a plan file holds: the plan and who made it for what.
package struct PlanFile: Sendable, Equatable {
  package var plan: Plan
  /// Version of the tool that wrote it.
  package var toolVersion: String
  /// Processor features that the plan's ISA needs, `avx2,fma`, as the row of `isa.def` has them.
  package var features: String

  package init(plan: Plan, toolVersion: String, features: String) {
    self.plan = plan
    self.toolVersion = toolVersion
    self.features = features
  }

  /// First bytes of every plan file of any version.
  package static func looksLikePlan(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: PlanFileFormat.magic)
  }
}
