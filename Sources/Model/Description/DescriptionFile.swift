import Diagnostics
import Foundation

/// Descriptions and the files they name.
enum DescriptionFile {
  /// The bytes of a description. Throws `.missing` when it cannot be read; one that is too long is
  /// left to the reader, which says so.
  static func read(_ path: String) throws(InputError) -> [UInt8] {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists, !isFolder.boolValue, let file = FileHandle(forReadingAtPath: path) else {
      let problem = !exists ? "there is no such file" : "the file cannot be read"
      throw InputError(.missing, .error(file: path, problem))
    }
    defer { try? file.close() }
    do {
      return Array(try file.read(upToCount: LexicalPrescan.Limits.bytes + 1) ?? Data())
    } catch {
      throw InputError(.missing, .error(file: path, "the file cannot be read"))
    }
  }

  /// What a description without a name is called: its file's name without the extension.
  static func modelName(_ path: String) -> String {
    let base = path.split(separator: "/").last.map(String.init) ?? path
    let stem = base.split(separator: ".").first.map(String.init) ?? base
    return stem.isEmpty ? "model" : stem
  }

  static func openWeights(
    _ name: Name, besides path: String
  ) throws(InputError) -> any TensorSource {
    throw InputError(.missing, .error(name.span, "weights files cannot be read yet"))
  }
}
