import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads what is there, at least one byte and at most `limit`; empty at the end of the stream.
func readSome(
  _ descriptor: Int32, limit: Int, name: String
) throws(InputError) -> [UInt8] {
  while true {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { out, initialized in
      count = read(descriptor, out.baseAddress, limit)
      initialized = max(0, count)
    }
    if count >= 0 { return bytes }
    switch errno {
    case EINTR: continue
    case EAGAIN: waitUntilReadable(descriptor)
    default: throw .missing(name, "cannot be read: \(errorText())")
    }
  }
}

private func waitUntilReadable(_ descriptor: Int32) {
  var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  poll(&request, 1, -1)
}

extension FileBytes {
  /// Reads a stream, such as standard input, to its end; at most `DataLimits.pipeBytes`.
  package convenience init(descriptor: Int32, name: String) throws(InputError) {
    var bytes: [UInt8] = []
    while true {
      let more = try readSome(descriptor, limit: 1 << 16, name: name)
      if more.isEmpty { break }
      guard bytes.count + more.count <= DataLimits.pipeBytes else {
        throw .malformed(
          name, "more than \(DataLimits.pipeBytes) bytes arrived",
          help: ["give the data as a file, or as f32, i16 or npy, which are read step by step"])
      }
      bytes += more
    }
    self.init(name: name, copying: bytes)
  }
}
