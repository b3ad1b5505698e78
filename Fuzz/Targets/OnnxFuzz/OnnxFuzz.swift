import DataFiles
import Diagnostics
import Onnx

/// libFuzzer's entry: one input, read as an ONNX model (without external data).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOnnx(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do throws(InputError) {
    _ = try OnnxReader.read(input)
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}
