import DataFiles
import Diagnostics

/// libFuzzer's entry: one input, read as an npz or npy file with all its arrays.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNpz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do throws(InputError) {
    if FileKind.recognise(input) == .npy {
      _ = try Npy.decode(input)
    } else {
      let file = try NpzFile(input)
      for name in file.names { _ = try file.tensor(named: name) }
    }
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}
