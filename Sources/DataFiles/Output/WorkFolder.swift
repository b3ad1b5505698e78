#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A hidden folder beside the files that other programs make in it: finished, they are renamed into
/// place. Dropped, it disappears with everything of its own that is left.
package struct WorkFolder: ~Copyable {
  package let path: String
  private let slot: Int?
  private var files: [(name: String, slot: Int?)] = []

  /// Made in `folder`, empty for the current one.
  package init(in folder: String) throws(OutputError) {
    let place = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    path = place + ".rnnc-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
    guard mkdir(path, 0o777) == 0 else {
      let reason = errno == ENOENT ? "no such folder" : errorText()
      throw OutputError(.cannotCreate, path: folder.isEmpty ? "." : folder, reason: reason)
    }
    slot = TemporaryNames.add(path)
  }

  deinit {
    for file in files {
      unlink(path + "/" + file.name)
      if let slot = file.slot { TemporaryNames.forget(slot) }
    }
    rmdir(path)
    if let slot { TemporaryNames.forget(slot) }
  }

  /// Announces a file that another program will write here.
  package mutating func expect(_ name: String) {
    files.append((name, TemporaryNames.add(path + "/" + name)))
  }

  package mutating func write(_ bytes: [UInt8], to name: String) throws(OutputError) {
    expect(name)
    try writeAtomically(bytes, to: path + "/" + name)
  }

  /// The size of a file that was made here.
  package func byteCount(of name: String) throws(OutputError) -> Int {
    var status = stat()
    guard stat(path + "/" + name, &status) == 0 else {
      throw OutputError(.inputOutput, path: path + "/" + name, reason: errorText())
    }
    return Int(status.st_size)
  }

  /// Renames a finished file to its final name, in place of an older file there. What is no plain
  /// file, or on another disk behind a symbolic link, gets its bytes.
  package func move(_ name: String, to final: String) throws(OutputError) {
    let from = path + "/" + name
    let target = finalTarget(final)
    var status = stat()
    let isThere = stat(target, &status) == 0
    let kind = isThere ? status.st_mode & S_IFMT : S_IFREG
    if kind == S_IFDIR {
      throw OutputError(.cannotCreate, path: final, reason: "it is a directory")
    }
    if kind == S_IFREG && rename(from, target) == 0 { return }
    guard kind != S_IFREG || errno == EXDEV else {
      throw OutputError(.cannotCreate, path: final, reason: errorText())
    }
    try copy(from, to: final)
  }

  private func copy(_ from: String, to final: String) throws(OutputError) {
    guard let file = fopen(from, "rb") else {
      throw OutputError(.inputOutput, path: from, reason: errorText())
    }
    defer { fclose(file) }
    var output = try OutputFile(path: final)
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&part, 1, part.count, file)
      if count == 0 { break }
      try output.write(Array(part.prefix(count)))
    }
    try output.commit()
  }
}
