#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file being written: beside its final name first, renamed into place by `commit`.
///
/// Dropped without `commit`, it leaves nothing behind and an older file as it was. A final name
/// that is a pipe or a device is written in place, since it cannot be replaced; a symbolic link
/// keeps pointing where it did.
package struct OutputFile: ~Copyable {
  /// As the user gave it, for messages.
  package let path: String
  private let target: String
  private let descriptor: Int32
  private let ownsDescriptor: Bool
  private var temporary: String?
  /// Where `TemporaryNames` keeps the temporary's name.
  private let slot: Int?
  private var buffer: [UInt8] = []

  private static let bufferBytes = 1 << 16

  package init(path: String) throws(OutputError) {
    self.init(path: path, place: try OutputPlace(path), ownsDescriptor: true)
  }

  /// Writes to an open descriptor, such as standard output, which stays open.
  package init(descriptor: Int32, name: String) {
    let place = OutputPlace(target: name, temporary: nil, descriptor: descriptor)
    self.init(path: name, place: place, ownsDescriptor: false)
  }

  private init(path: String, place: OutputPlace, ownsDescriptor: Bool) {
    self.path = path
    self.ownsDescriptor = ownsDescriptor
    target = place.target
    temporary = place.temporary
    slot = place.temporary.flatMap(TemporaryNames.add)
    descriptor = place.descriptor
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
    if let temporary { unlink(temporary) }
    if let slot { TemporaryNames.forget(slot) }
  }

  package mutating func write(_ text: String) throws(OutputError) {
    try write(Array(text.utf8))
  }

  package mutating func write(_ bytes: [UInt8]) throws(OutputError) {
    buffer += bytes
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  /// Hands everything written so far to the system.
  package mutating func flush() throws(OutputError) {
    var done = 0
    while done < buffer.count {
      let count = writeSome(buffer[done...], to: descriptor)
      if count > 0 {
        done += count
      } else if errno == EAGAIN {
        waitUntilWritable()
      } else if errno != EINTR {
        let kind: OutputError.Kind = errno == EPIPE ? .readerGone : .inputOutput
        throw OutputError(kind, path: path, reason: errorText())
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Completes the file under its final name.
  package consuming func commit() throws(OutputError) {
    try flush()
    guard let name = temporary else { return }
    guard rename(name, target) == 0 else {
      throw OutputError(.cannotCreate, path: path, reason: errorText())
    }
    temporary = nil
  }

  private func waitUntilWritable() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&request, 1, -1)
  }
}

/// One `write` call, outside the type because a method there has the same name.
private func writeSome(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
  bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

/// Writes a whole file or nothing.
package func writeAtomically(_ bytes: [UInt8], to path: String) throws(OutputError) {
  var file = try OutputFile(path: path)
  try file.write(bytes)
  try file.commit()
}
