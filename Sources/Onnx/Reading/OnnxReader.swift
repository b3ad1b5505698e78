import DataFiles
import Diagnostics
import SwiftProtobuf

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `.onnx` bytes to an `OnnxModel`, everything checked: names written once, nothing missing, no
/// cycle, sizes that fit the bytes which are there. Cost: O(file), memory a few times the file.
package enum OnnxReader {
  /// Reads a model and the files with external data beside it.
  package static func read(path: String) throws(InputError) -> OnnxModel {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    return try read(FileBytes(path: path), folder: folder)
  }

  /// Reads a model from memory; external data is refused where no folder is given.
  package static func read(
    _ file: FileBytes, folder: String? = nil
  ) throws(InputError) -> OnnxModel {
    do throws(OnnxError) {
      try checkKind(file)
      var reader = ModelReader(file: file.name, external: ExternalData(folder: folder))
      return try reader.read(decode(ProtoModel.self, file, "an ONNX model"))
    } catch {
      throw error.inputError(file: file.name)
    }
  }

  /// Reads one tensor with its name: the form of recorded inputs and outputs (`input_0.pb`).
  package static func readTensor(
    path: String
  ) throws(InputError) -> (name: String, tensor: OnnxTensor) {
    let file = try FileBytes(path: path)
    do throws(OnnxError) {
      let proto = try decode(ProtoTensor.self, file, "an ONNX tensor")
      let reader = TensorReader(external: ExternalData(folder: nil))
      return (proto.name, try reader.read(proto, at: .tensor(proto.name)))
    } catch {
      throw error.inputError(file: path)
    }
  }

  /// Reads a sequence of tensors with its name.
  package static func readSequence(
    path: String
  ) throws(InputError) -> (name: String, tensors: [OnnxTensor]) {
    let file = try FileBytes(path: path)
    do throws(OnnxError) {
      let proto = try decode(ProtoSequence.self, file, "an ONNX sequence")
      let reader = TensorReader(external: ExternalData(folder: nil))
      var tensors: [OnnxTensor] = []
      for (i, tensor) in proto.tensorValues.enumerated() {
        tensors.append(try reader.read(tensor, at: .tensor("\(proto.name)[\(i)]")))
      }
      return (proto.name, tensors)
    } catch {
      throw error.inputError(file: path)
    }
  }

  private static func checkKind(_ file: FileBytes) throws(OnnxError) {
    guard file.count > 0 else { throw OnnxError(at: .file, "the file is empty") }
    if let kind = FileKind.recognise(file) {
      throw OnnxError(at: .file, "this is \(kind.article), not an ONNX model")
    }
  }

  private static func decode<M: Message>(
    _ type: M.Type, _ file: FileBytes, _ what: String
  ) throws(OnnxError) -> M {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = OnnxLimits.messageDepth
    options.discardUnknownFields = true
    do {
      return try file.withBytes(0..<file.count) { bytes in
        let data = Data(
          bytesNoCopy: UnsafeMutableRawPointer(mutating: bytes.baseAddress!), count: bytes.count,
          deallocator: .none)
        return try M(serializedBytes: data, options: options)
      }
    } catch BinaryDecodingError.truncated {
      throw OnnxError(at: .file, "truncated, or not \(what): it ends inside a field")
    } catch BinaryDecodingError.messageDepthLimit {
      throw OnnxError(
        at: .file, "messages are nested deeper than \(OnnxLimits.messageDepth) levels")
    } catch BinaryDecodingError.invalidUTF8 {
      throw OnnxError(at: .file, "damaged, or not \(what): a name is not UTF-8")
    } catch {
      throw OnnxError(
        at: .file, "damaged, or not \(what)", notes: ["it is not a protocol buffer of this kind"])
    }
  }
}
