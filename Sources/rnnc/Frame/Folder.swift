import Glibc

/// Makes a folder for outputs where there is none.
func makeFolder(_ path: String) throws(Failure) {
  if mkdir(path, 0o777) == 0 || isFolder(path) { return }
  throw Failure(
    .cannotCreate, "cannot make the folder '\(path)': \(String(cString: strerror(errno)))")
}

/// Whether the path is there and is a folder.
func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether both paths are there and lead to one file.
func isSameFile(_ a: String, _ b: String) -> Bool {
  var (one, other) = (stat(), stat())
  return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev
    && one.st_ino == other.st_ino
}
