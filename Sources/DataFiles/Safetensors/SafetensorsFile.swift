import Diagnostics
import Tensors

/// A safetensors file, memory-mapped; its whole header is checked on opening.
///
/// Layout: 8-byte little-endian header length N, N bytes of JSON
/// `{"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {text: text}}`,
/// then the data that the offsets count in. Opening costs O(header), reading O(tensor).
package struct SafetensorsFile: Sendable {
  /// Tensor names, sorted.
  package let names: [String]
  /// The file's `__metadata__`.
  package let metadata: [String: String]
  private let file: FileBytes
  private let entries: [String: SafetensorsEntry]
  private let dataStart: Int

  package init(path: String) throws(InputError) {
    try self.init(FileBytes(path: path))
  }

  package init(_ file: FileBytes) throws(InputError) {
    let headerEnd = try Self.headerEnd(file)
    var header = SafetensorsHeader(file: file.name)
    try header.read(JsonScanner(file, range: 8..<headerEnd))
    try header.checkCoverage(dataBytes: file.count - headerEnd)
    self.file = file
    dataStart = headerEnd
    entries = header.entries
    metadata = header.metadata
    names = header.entries.keys.sorted()
  }

  package func info(_ name: String) -> TensorInfo? { entries[name]?.info }

  /// Reads one tensor.
  package func tensor(named name: String) throws(InputError) -> Tensor {
    guard let entry = entries[name] else { throw noTensor(name, in: file.name, names: names) }
    let label = "\(file.name): tensor \(quoted(name))"
    try checkMemory(entry.info, label)
    let range = dataStart + entry.begin..<dataStart + entry.end
    let values = file.withBytes(range) { decodeElements($0, as: entry.info.elementType) }
    guard let values else { throw .malformed(label, "a U64 value does not fit 63 bits") }
    return Tensor(shape: entry.info.shape, elementType: entry.info.elementType, values: values)
  }

  private static func headerEnd(_ file: FileBytes) throws(InputError) -> Int {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    if let kind = FileKind.recognise(file), kind != .safetensors {
      throw .malformed(file.name, "this is \(kind.article), not a safetensors file")
    }
    guard file.count >= 8 else {
      throw .malformed(file.name, "truncated: \(counted(file.count, "byte")), the header needs 8")
    }
    let length = file.littleEndian(at: 0, as: UInt64.self)
    guard length <= DataLimits.safetensorsHeaderBytes else {
      throw .malformed(
        file.name, "header length \(length) is over \(DataLimits.safetensorsHeaderBytes)",
        notes: ["the first 8 bytes of a safetensors file are its header's length"])
    }
    guard Int(length) <= file.count - 8 else {
      throw .malformed(
        file.name, "truncated: header length \(length), but only \(file.count - 8) bytes follow")
    }
    return 8 + Int(length)
  }
}

/// "no tensor 'x'" with the nearest of the names that are there.
func noTensor(_ name: String, in file: String, names: [String]) -> InputError {
  let shown = names.prefix(12).map(quoted).joined(separator: ", ")
  let rest = names.count > 12 ? " and \(names.count - 12) more" : ""
  let near = nearestWord(to: name, among: names)
  return .malformed(
    file, "no tensor \(quoted(name))",
    notes: [names.isEmpty ? "the file holds no tensors" : "the file holds \(shown)\(rest)"],
    help: near.map { ["did you mean \(quoted($0))?"] } ?? [])
}

/// Refuses a tensor that would not fit `DataLimits.tensorBytes` once decoded.
func checkMemory(_ info: TensorInfo, _ label: String) throws(InputError) {
  guard let bytes = info.memoryBytes, bytes <= DataLimits.tensorBytes else {
    throw .malformed(
      label, "shape \(info.shape) is over the limit of \(DataLimits.tensorBytes) bytes in memory")
  }
}
