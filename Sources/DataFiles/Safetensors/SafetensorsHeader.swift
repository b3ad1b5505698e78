import Diagnostics
import Tensors

/// One tensor of a header: its type and its bytes `begin..<end` in the data area.
struct SafetensorsEntry: Sendable {
  let info: TensorInfo
  let begin: Int
  let end: Int
}

/// Reads and checks the JSON header of a safetensors file.
struct SafetensorsHeader {
  private let file: String
  private(set) var entries: [String: SafetensorsEntry] = [:]
  private(set) var metadata: [String: String] = [:]

  init(file: String) { self.file = file }

  mutating func read(_ header: JsonScanner) throws(InputError) {
    var scanner = header
    var result = self
    try scanner.object { (scanner: inout JsonScanner, name: String) throws(InputError) in
      if name == "__metadata__" {
        result.metadata = try Self.metadata(&scanner)
      } else {
        guard result.entries.count < DataLimits.tensorCount else {
          throw scanner.fail("more than \(DataLimits.tensorCount) tensors")
        }
        result.entries[name] = try result.entry(&scanner, name)
      }
    }
    try scanner.finish()
    self = result
  }

  /// The data area must be filled exactly: no gap, no overlap, nothing outside.
  func checkCoverage(dataBytes: Int) throws(InputError) {
    let ordered = entries.sorted { ($0.value.begin, $0.value.end) < ($1.value.begin, $1.value.end) }
    var covered = 0
    for (name, entry) in ordered {
      let label = "\(file): tensor \(quoted(name))"
      let offsets = "data_offsets [\(entry.begin), \(entry.end)]"
      guard entry.end <= dataBytes else {
        throw .malformed(label, "\(offsets) reach beyond the \(counted(dataBytes, "data byte"))")
      }
      guard entry.begin >= covered else {
        throw .malformed(label, "\(offsets) overlap the tensor before, which ends at \(covered)")
      }
      guard entry.begin == covered else {
        throw .malformed(label, "\(offsets) leave a gap after byte \(covered)")
      }
      covered = entry.end
    }
    guard covered == dataBytes else {
      throw .malformed(
        file, "the tensors cover \(covered) of \(counted(dataBytes, "data byte"))",
        notes: ["the rest belongs to no tensor"])
    }
  }

  private static func metadata(
    _ scanner: inout JsonScanner
  ) throws(InputError) -> [String: String] {
    var result: [String: String] = [:]
    try scanner.object { (scanner: inout JsonScanner, key: String) throws(InputError) in
      guard result.count < DataLimits.tensorCount else {
        throw scanner.fail("more than \(DataLimits.tensorCount) metadata entries")
      }
      result[key] = try scanner.string(limit: DataLimits.jsonStringBytes)
    }
    return result
  }

  private func entry(
    _ scanner: inout JsonScanner, _ name: String
  ) throws(InputError) -> SafetensorsEntry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { (scanner: inout JsonScanner, key: String) throws(InputError) in
      switch key {
      case "dtype": dtype = try scanner.string(limit: DataLimits.nameBytes)
      case "shape": shape = try Self.sizes(&scanner, limit: DataLimits.rank)
      case "data_offsets": offsets = try Self.sizes(&scanner, limit: 2)
      default: throw scanner.fail("tensor \(quoted(name)) has an unknown key \(quoted(key))")
      }
    }
    return try checkedEntry(name, dtype: dtype, shape: shape, offsets: offsets)
  }

  private static func sizes(
    _ scanner: inout JsonScanner, limit: Int
  ) throws(InputError) -> [Int] {
    var result: [Int] = []
    try scanner.array { (scanner: inout JsonScanner) throws(InputError) in
      guard result.count < limit else {
        throw scanner.fail("a list has more than \(limit) numbers")
      }
      result.append(try scanner.nonNegativeInteger())
    }
    return result
  }

  private func checkedEntry(
    _ name: String, dtype: String?, shape: [Int]?, offsets: [Int]?
  ) throws(InputError) -> SafetensorsEntry {
    let label = "\(file): tensor \(quoted(name))"
    guard let dtype else { throw .malformed(label, "has no dtype") }
    guard let shape else { throw .malformed(label, "has no shape") }
    guard let offsets else { throw .malformed(label, "has no data_offsets") }
    guard let type = ElementType(safetensors: dtype) else {
      let known = ElementType.allCases.map(\.safetensorsName).joined(separator: ", ")
      throw .malformed(label, "unknown dtype \(quoted(dtype))", help: ["known are \(known)"])
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .malformed(label, "data_offsets \(offsets) are not [begin, end]")
    }
    let info = TensorInfo(elementType: type, shape: shape)
    guard let bytes = info.byteCount else {
      throw .malformed(label, "shape \(shape) overflows 63 bits")
    }
    guard bytes == offsets[1] - offsets[0] else {
      throw .malformed(
        label,
        "\(dtype) \(shape) needs \(counted(bytes, "byte")), "
          + "but data_offsets \(offsets) hold \(offsets[1] - offsets[0])")
    }
    return SafetensorsEntry(info: info, begin: offsets[0], end: offsets[1])
  }
}

extension ElementType {
  init?(safetensors name: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = type
  }

  var safetensorsName: String { rawValue.uppercased() }
}
