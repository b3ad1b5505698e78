import DataFiles
import Diagnostics
import Machines

/// libFuzzer's entry: one input, read as a machine file; what is taken reads back as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMachine(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = FileBytes(name: "fuzz", copying: UnsafeBufferPointer(start: bytes, count: count))
  do throws(InputError) {
    let machine = try MachineFile(input)
    let again = FileBytes(name: "again", copying: Array(machine.text.utf8))
    let second = try MachineFile(again)
    precondition(second == machine)
  } catch {
    precondition(!DiagnosticRenderer().render(error.diagnostics).isEmpty)
  }
  return 0
}
