/// What the readers take, so that a damaged or hostile file costs little time and memory.
///
/// The numbers are far above real models and far below what a small machine has.
package enum DataLimits {
  /// Bytes of a safetensors header, as the format itself says.
  package static let safetensorsHeaderBytes = 100_000_000
  /// Tensors in one file.
  package static let tensorCount = 65_535
  /// Bytes of one string inside a JSON header, after unescaping.
  package static let jsonStringBytes = 16 << 20
  /// Bytes of a file that is JSON as a whole ...
  package static let jsonFileBytes = 1 << 20
  /// ... and how deep its lists and objects may be nested.
  package static let jsonDepth = 16
  /// Bytes of a tensor's name.
  package static let nameBytes = 4096
  /// Axes of a tensor (NumPy's own limit).
  package static let rank = 64
  /// Bytes of an npy header; NumPy refuses more than 10 000 itself.
  package static let npyHeaderBytes = 16_384
  /// Bytes of one tensor once it is in memory.
  package static let tensorBytes = 4 << 30
  /// Compressed archives may always grow to this size ...
  package static let expandedBytes = 64 << 20
  /// ... and beyond it to this many times the bytes on disk. Real weights compress by 2 to 30.
  package static let expansionFactor = 100
  /// Bytes of one line of a text file.
  package static let lineBytes = 1 << 20
  /// Bytes read from a pipe as one whole file.
  package static let pipeBytes = 1 << 30
}
