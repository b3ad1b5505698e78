import DataFiles
import Diagnostics
import Tensors

/// Descriptions and the files they name.
enum DescriptionFile {
  /// The bytes of a description. Throws `.missing` when it cannot be read.
  static func read(_ path: String) throws(InputError) -> [UInt8] {
    let file = try FileBytes(path: path)
    if let kind = FileKind.recognise(file) {
      throw InputError(
        .malformed, .error(file: path, "this is \(kind.article), not a description"))
    }
    // One byte too many is enough for the reader to refuse it.
    let count = min(file.count, LexicalPrescan.Limits.bytes + 1)
    return file.withBytes(0..<count) { Array($0) }
  }

  /// What a description without a name is called: its file's name without the extension.
  static func modelName(_ path: String) -> String {
    let base = path.split(separator: "/").last.map(String.init) ?? path
    let stem = base.split(separator: ".").first.map(String.init) ?? base
    return stem.isEmpty ? "model" : stem
  }

  /// Opens the file that `weights:` names, relative to the description at `path`.
  static func openWeights(
    _ name: Name, besides path: String
  ) throws(InputError) -> any TensorSource {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let whole = name.text.hasPrefix("/") ? name.text : folder + name.text
    do {
      return NamedWeightFile(name: name.text, file: try WeightFile(path: whole))
    } catch {
      guard let found = error.diagnostics.first else { throw error }
      // A tensor in the file, where it is to blame.
      var part: Substring = ""
      if case .file(let label)? = found.place, label.hasPrefix(whole) {
        part = label.dropFirst(whole.count)
      }
      throw InputError(
        error.kind,
        .error(
          name.span, "the weights file \(quoted(whole))\(part): \(found.message)",
          notes: found.notes, help: found.help))
    }
  }
}

/// A weights file under the name that the description has for it.
private struct NamedWeightFile: TensorSource {
  let name: String
  let file: WeightFile

  var names: [String] { file.names }

  func info(_ name: String) -> (elementType: ElementType, shape: [Int])? {
    file.info(name).map { ($0.elementType, $0.shape) }
  }

  func tensor(named name: String) throws(InputError) -> Tensor { try file.tensor(named: name) }
}
