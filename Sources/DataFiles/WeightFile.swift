import Diagnostics
import Tensors

/// A file of named tensors: safetensors or npz, told apart by their first bytes.
package enum WeightFile: Sendable {
  case safetensors(SafetensorsFile)
  case npz(NpzFile)

  package init(path: String) throws(InputError) {
    try self.init(FileBytes(path: path))
  }

  package init(_ file: FileBytes) throws(InputError) {
    guard file.count > 0 else { throw .malformed(file.name, "the file is empty") }
    switch FileKind.recognise(file) {
    case .zip: self = .npz(try NpzFile(file))
    // A damaged length leaves the brace behind it.
    case nil where file.count > 8 && file[8] == UInt8(ascii: "{"), .safetensors:
      self = .safetensors(try SafetensorsFile(file))
    default:
      throw .malformed(
        file.name, "this is \(FileKind.appearance(of: file)), not a safetensors or npz file")
    }
  }

  /// Tensor names, sorted.
  package var names: [String] {
    switch self {
    case .safetensors(let file): file.names
    case .npz(let file): file.names
    }
  }

  package func info(_ name: String) -> TensorInfo? {
    switch self {
    case .safetensors(let file): file.info(name)
    case .npz(let file): file.info(name)
    }
  }

  package func tensor(named name: String) throws(InputError) -> Tensor {
    switch self {
    case .safetensors(let file): try file.tensor(named: name)
    case .npz(let file): try file.tensor(named: name)
    }
  }
}
