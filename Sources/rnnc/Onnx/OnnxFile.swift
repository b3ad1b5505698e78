import Diagnostics
import Onnx

/// ONNX files for verbs: everything that is wrong with one is an `InputError` with its name.
enum OnnxFile {
  /// Read, with shapes and types of all values and nothing left that is constant.
  static func simplified(
    _ path: String, shapes: [String: Int]
  ) throws(InputError) -> OnnxModel {
    let model = try OnnxReader.read(path: path)
    do {
      return try OnnxSimplifier.simplify(model, shapes: shapes)
    } catch {
      throw error.inputError(file: path)
    }
  }
}
