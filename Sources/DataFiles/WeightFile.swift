import Diagnostics
import Tensors

/// A file of named tensors: safetensors or npz, told apart by their first bytes.
package enum WeightFile: Sendable {
  case safetensors(SafetensorsFile)
  case npz(NpzFile)

  package init(path: String) throws(InputError) {
    try self.init(FileBytes(path: path))
  }

  /// Anything but a zip file is read as safetensors, whose errors also name other formats.
  package init(_ file: FileBytes) throws(InputError) {
    if FileKind.recognise(file) == .zip {
      self = .npz(try NpzFile(file))
    } else {
      self = .safetensors(try SafetensorsFile(file))
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
