import DataFiles
import Emission
import Glibc
import Plan

/// Writes the kinds of `--emit` by the naming rules of INTERFACE section 5.
struct EmitWriter {
  let file: PlanFile
  let prefix: String
  let kinds: [EmitKinds.Kind]
  /// `-o`.
  let output: String?

  struct Written {
    let kind: String
    let path: String
    let byteCount: Int
  }

  /// Everything is made before the first file is written.
  func write() throws -> [Written] {
    var files: [(kind: String, path: String, bytes: [UInt8])] = []
    for kind in kinds {
      let path = path(of: kind)
      switch kind {
      case .plan:
        files.append(("plan", path, try PlanFileWriter.bytes(of: file)))
      case .c:
        let emitted = try CEmitter(file.plan, prefix: prefix, version: toolVersion).emit()
        files.append(("c", path, Array(emitted.source.utf8)))
        files.append(("header", beside(path, prefix + ".h"), Array(emitted.header.utf8)))
        if let weights = emitted.weights {
          files.append(("weights", beside(path, prefix + ".weights"), weights))
        }
      }
    }
    if kinds.count > 1, let output { try makeFolder(output) }
    return try files.map { kind, path, bytes in
      try writeAtomically(bytes, to: path)
      return Written(kind: kind, path: path, byteCount: bytes.count)
    }
  }

  private func path(of kind: EmitKinds.Kind) -> String {
    let name = "\(prefix).\(kind.rawValue)"
    guard let output else { return name }
    return kinds.count == 1 ? output : beside(output + "/", name)
  }

  /// `name` in the folder of `path`.
  private func beside(_ path: String, _ name: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return name }
    return path[..<slash].reversed().drop { $0 == "/" }.reversed() + "/" + name
  }

  private func makeFolder(_ path: String) throws(Failure) {
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    var status = stat()
    if code == EEXIST && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR { return }
    throw Failure(
      .cannotCreate, "cannot make the folder '\(path)': \(String(cString: strerror(code)))")
  }
}
