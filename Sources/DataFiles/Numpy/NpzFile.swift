import Diagnostics
import Tensors

/// A NumPy archive: a zip file of npy arrays, stored or deflated.
///
/// Opening reads the directory and every array's header; values are read one array at a time.
package struct NpzFile: Sendable {
  /// Array names without their `.npy`, sorted.
  package let names: [String]
  private let archive: ZipArchive
  private let arrays: [String: Array]

  private struct Array: Sendable {
    let member: ZipArchive.Member
    let header: NpyHeader
  }

  package init(path: String) throws(InputError) {
    try self.init(FileBytes(path: path))
  }

  package init(_ file: FileBytes) throws(InputError) {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    let kind = FileKind.recognise(file)
    guard kind == .zip else {
      let what = kind.map { "this is \($0.article), not" } ?? "this is not"
      throw .malformed(file.name, "\(what) an npz file")
    }
    archive = try ZipArchive(file)
    var arrays: [String: Array] = [:]
    for member in archive.members {
      arrays[try Self.arrayName(member, file.name)] = try Self.array(member, in: archive)
    }
    self.arrays = arrays
    names = arrays.keys.sorted()
  }

  package func info(_ name: String) -> TensorInfo? { arrays[name]?.header.info }

  /// Reads one array, checking its CRC-32.
  package func tensor(named name: String) throws(InputError) -> Tensor {
    guard let array = arrays[name] else {
      throw noTensor(name, in: archive.file.name, names: names)
    }
    let label = "\(archive.file.name): array \(quoted(name))"
    guard let memory = array.header.info.memoryBytes, memory <= archive.expansionLimit else {
      throw .malformed(label, "expands beyond \(archive.expansionLimit) bytes in memory")
    }
    return try archive.withContent(of: array.member) { bytes throws(InputError) in
      let data = UnsafeRawBufferPointer(rebasing: bytes[array.header.byteCount...])
      return try Npy.tensor(array.header, data: data, name: label)
    }
  }

  private static func arrayName(
    _ member: ZipArchive.Member, _ file: String
  ) throws(InputError) -> String {
    let name = member.entry.name
    guard name.hasSuffix(".npy") else {
      throw .malformed(file, "entry \(quoted(name)) is not an npy array")
    }
    return String(name.dropLast(4))
  }

  private static func array(
    _ member: ZipArchive.Member, in archive: ZipArchive
  ) throws(InputError) -> Array {
    let label = "\(archive.file.name): entry \(quoted(member.entry.name))"
    let prefix = try archive.prefix(of: member, count: NpyHeader.longestPrefix)
    let length = try NpyHeader.headerBytes(prefix, name: label)
    let bytes = try archive.prefix(of: member, count: length)
    guard bytes.count == length else { throw .malformed(label, "truncated npy header") }
    let header = try NpyHeader(bytes, name: label)
    guard header.info.byteCount == member.entry.expandedBytes - length else {
      throw .malformed(
        label,
        "\(header.info.elementType.rawValue) \(header.info.shape) does not fill its "
          + counted(member.entry.expandedBytes, "byte"))
    }
    return Array(member: member, header: header)
  }
}
