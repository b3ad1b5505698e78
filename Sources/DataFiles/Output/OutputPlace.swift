#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where the bytes of an `OutputFile` go: the final name, the temporary one if there is one, and
/// the open descriptor.
struct OutputPlace {
  let target: String
  let temporary: String?
  let descriptor: Int32

  init(target: String, temporary: String?, descriptor: Int32) {
    self.target = target
    self.temporary = temporary
    self.descriptor = descriptor
  }

  /// Creates a temporary beside `path`, with an older file's permissions; opens a pipe or device.
  init(_ path: String) throws(OutputError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw OutputError(.cannotCreate, path: path, reason: "not a file name")
    }
    target = finalTarget(path)
    var status = stat()
    let isThere = stat(target, &status) == 0
    let kind = isThere ? status.st_mode & S_IFMT : S_IFREG
    guard kind != S_IFDIR else {
      throw OutputError(.cannotCreate, path: path, reason: "it is a directory")
    }
    guard kind == S_IFREG else {
      temporary = nil
      descriptor = try create(target, flags: O_WRONLY, mode: 0, path: path)
      return
    }
    let name = temporaryName(target)
    let mode = isThere ? status.st_mode & 0o777 : 0o666
    descriptor = try create(name, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode, path: path)
    temporary = name
  }
}

/// Where a symbolic link leads, else the path itself.
func finalTarget(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// A short hidden name in the target's folder that no other process or call takes.
private func temporaryName(_ target: String) -> String {
  let folder = target.lastIndex(of: "/").map { target[...$0] } ?? ""
  return "\(folder).rnnc-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
}

private func create(
  _ name: String, flags: Int32, mode: mode_t, path: String
) throws(OutputError) -> Int32 {
  let descriptor = open(name, flags | O_CLOEXEC, mode)
  guard descriptor >= 0 else {
    let code = errno
    let reason = code == ENOENT ? "no such folder" : errorText(code)
    throw OutputError(.cannotCreate, path: path, reason: reason)
  }
  return descriptor
}
