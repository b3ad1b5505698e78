import DataFiles
import Diagnostics
import Model
import Onnx

/// libFuzzer's entry: one input, read as an ONNX model (without external data), simplified and
/// imported.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOnnx(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do {
    let model = try OnnxReader.read(input)
    _ = OnnxSummary(model)
    _ = OnnxPrinter.text(try OnnxSimplifier.simplify(model).graph)
    _ = try OnnxImporter.read(model, name: "fuzz")
  } catch let error as InputError {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  } catch let error as OnnxError {
    precondition(!DiagnosticRenderer().render(error.inputError(file: "fuzz").diagnostics).isEmpty)
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}
