import Tensors

/// The formats of `--in` and `--out`; their names are also the files' extensions.
package enum DataFormat: Sendable, Hashable {
  case npy, npz, csv, wav
  /// Little-endian elements without a header.
  case raw(ElementType)

  package static let all: [DataFormat] =
    [.npy, .npz, .csv, .wav] + ElementType.allCases.filter { $0 != .bool }.map { .raw($0) }

  /// The formats that outputs, which are f32, can be written in.
  package static let outputs: [DataFormat] =
    [.npy, .npz, .csv, .wav] + Raw.outputTypes.map { .raw($0) }

  package var name: String {
    switch self {
    case .npy: "npy"
    case .npz: "npz"
    case .csv: "csv"
    case .wav: "wav"
    case .raw(let type): type.rawValue
    }
  }

  /// The format with this name, in any case of letters.
  package init?(named name: String) {
    let name = name.lowercased()
    guard let format = Self.all.first(where: { $0.name == name }) else { return nil }
    self = format
  }

  /// The format that the path's extension names; nil for `-` and unknown extensions.
  package init?(path: String) {
    let file = path.split(separator: "/").last ?? ""
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return nil }
    self.init(named: String(file[file.index(after: dot)...]))
  }

  /// The format that a file's first bytes show; raw data and CSV have no mark, hence nil.
  package init?(recognising file: FileBytes) {
    switch FileKind.recognise(file) {
    case .npy: self = .npy
    case .zip: self = .npz
    case .wav: self = .wav
    default: return nil
    }
  }
}
