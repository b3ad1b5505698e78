import Glibc

/// stdout, buffered, with the reader's departure and write errors as failures (141, 74).
final class StandardOutput {
  private var buffer: [UInt8] = []
  private let capacity = 1 << 16

  func write(_ text: String) throws(Failure) { try write(Array(text.utf8)[...]) }

  func write(_ bytes: ArraySlice<UInt8>) throws(Failure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= capacity { try flush() }
  }

  func flush() throws(Failure) {
    var written = 0
    defer { buffer.removeAll(keepingCapacity: true) }
    while written < buffer.count {
      let count = buffer.withUnsafeBytes {
        Glibc.write(STDOUT_FILENO, $0.baseAddress! + written, $0.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno == EPIPE {
        throw Failure(.readerGone, "the reader of stdout went away")
      } else if errno != EINTR {
        throw Failure(.inputOutput, "cannot write to stdout: \(String(cString: strerror(errno)))")
      }
    }
  }
}

/// Unbuffered; what cannot be written to stderr is lost, since nobody is left to be told.
func writeToStandardError(_ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress!, $0.count) }
    if count < 0 && errno != EINTR { return }
    bytes = bytes.dropFirst(max(0, count))
  }
}

/// Ends the process without running anything else.
func exitProcess(_ status: ExitStatus) -> Never { Glibc._exit(status.rawValue) }
