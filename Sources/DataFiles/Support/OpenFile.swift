import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's words for `errno`.
func errorText(_ code: Int32 = errno) -> String {
  String(cString: strerror(code))
}

/// Opens a path for reading without waiting for a pipe's other end; the caller closes it.
func openForReading(_ path: String) throws(InputError) -> Int32 {
  guard !path.isEmpty else { throw .missing("''", "the path is empty") }
  guard !path.utf8.contains(0) else {
    throw .missing(quoted(path), "the path contains a zero byte")
  }
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else {
    let code = errno
    let message = code == ENOENT ? "no such file" : "cannot be opened: \(errorText(code))"
    throw .missing(path, message)
  }
  return descriptor
}

/// Size in bytes of an open regular file; anything else is refused by name.
func regularFileSize(_ descriptor: Int32, path: String) throws(InputError) -> Int {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw .missing(path, "cannot be examined: \(errorText())")
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: return Int(status.st_size)
  case S_IFDIR: throw .missing(path, "is a directory, not a file")
  default:
    throw .missing(
      path, "is not a regular file", help: ["a pipe is read through '-', with its format given"])
  }
}
