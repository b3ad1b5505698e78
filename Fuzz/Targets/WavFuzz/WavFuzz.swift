import DataFiles
import Diagnostics

/// libFuzzer's entry: one input, read as WAV.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWav(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do throws(InputError) {
    let wav = try WavFile(input)
    precondition(wav.samples.count % wav.channels == 0)
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}
