import DataFiles
import Diagnostics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files with a model's weights, in its folder or below it; each is mapped once.
final class ExternalData: Sendable {
  /// Nil where the model came from memory.
  private let folder: String?
  private let open = Mutex<[String: FileBytes]>([:])

  init(folder: String?) { self.folder = folder }

  /// The bytes that `entries` (location, offset, length) name, of which there must be `count`.
  func withBytes<R>(
    _ entries: [ProtoPair], count: Int, at place: OnnxError.Place,
    _ body: (UnsafeRawBufferPointer) throws(OnnxError) -> R
  ) throws(OnnxError) -> R {
    var fields: [String: String] = [:]
    for entry in entries { fields[entry.key] = entry.value }
    guard let location = fields["location"], !location.isEmpty else {
      throw OnnxError(at: place, "has external data without a location")
    }
    let file = try file(location, at: place)
    let offset = try number(fields["offset"], "offset", at: place) ?? 0
    guard offset <= file.count else {
      throw OnnxError(
        at: place,
        "external data begin at byte \(offset) of \(onnxQuoted(location)), which has \(file.count)")
    }
    let length = try number(fields["length"], "length", at: place) ?? count
    guard length == count else {
      throw OnnxError(at: place, "external data of \(length) bytes, but its shape needs \(count)")
    }
    guard length <= file.count - offset else {
      throw OnnxError(
        at: place,
        "external data of \(length) bytes at byte \(offset) of \(onnxQuoted(location)), which has "
          + "\(file.count)")
    }
    return try file.withBytes(offset..<offset + length, body)
  }

  private func number(
    _ text: String?, _ key: String, at place: OnnxError.Place
  ) throws(OnnxError) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw OnnxError(at: place, "external data have \(key) \(onnxQuoted(text)), not a byte count")
    }
    return value
  }

  private func file(_ location: String, at place: OnnxError.Place) throws(OnnxError) -> FileBytes {
    if let file = open.withLock({ $0[location] }) { return file }
    let path = try path(of: location, at: place)
    do throws(InputError) {
      let file = try FileBytes(path: path)
      open.withLock { $0[location] = file }
      return file
    } catch {
      let kind: OnnxError.Kind = error.kind == .missing ? .missing : .malformed
      let reason = error.diagnostics.first?.message ?? "cannot be read"
      throw OnnxError(kind: kind, at: place, "external data \(onnxQuoted(location)): \(reason)")
    }
  }

  /// Where the file is, after every link; refused unless it lies in the model's folder.
  private func path(of location: String, at place: OnnxError.Place) throws(OnnxError) -> String {
    guard let folder else {
      throw OnnxError(
        at: place, "has external data in \(onnxQuoted(location)), and the model is not in a folder")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    let outside = OnnxError(
      at: place, "external data \(onnxQuoted(location)) lie outside the model's folder")
    guard !location.hasPrefix("/"), !location.utf8.contains(0), !parts.contains("..") else {
      throw outside
    }
    guard let home = resolved(folder), let target = resolved("\(folder)/\(location)") else {
      throw OnnxError(
        kind: .missing, at: place, "external data \(onnxQuoted(location)): no such file")
    }
    guard target.hasPrefix(home.hasSuffix("/") ? home : home + "/") else { throw outside }
    return target
  }

  private func resolved(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}
