import DataFiles
import Diagnostics

/// libFuzzer's entry: one input, read as CSV.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCsv(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do throws(InputError) {
    let csv = try Csv(input)
    precondition(csv.values.shape.count == 2)
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}
