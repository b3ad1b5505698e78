import DataFiles
import Diagnostics

/// libFuzzer's entry: one input, read as a safetensors file with all its tensors.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSafetensors(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do throws(InputError) {
    let file = try SafetensorsFile(input)
    for name in file.names { _ = try file.tensor(named: name) }
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}
