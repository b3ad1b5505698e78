import Plan
import Runtime

/// libFuzzer's entry: one plan file, made to pass the tests of length and checksum so that the rest is
/// reached. The C loader and the plain reader must agree about its structure; what opens is run.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPlan(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = sealed(Array(UnsafeBufferPointer(start: bytes, count: count)))
  let read = Result { () throws(PlanFileError) in try PlanFileReader.read(file) }
  let opened = Result { () throws(RuntimeError) in try Program(planBytes: file) }
  switch (read, opened) {
  case (.success, .success(let program)): run(program)
  case (.success, .failure(let refusal)):
    precondition(["call ", "isa:", "features:"].contains { refusal.message.hasPrefix($0) })
  case (.failure(let error), .failure(let refusal)):
    precondition(refusal.message.hasPrefix(error.field.prefix(900)) || refusal.code == .version)
  case (.failure(let error), .success): preconditionFailure("only the plain reader: \(error)")
  }
  return 0
}

private func sealed(_ input: [UInt8]) -> [UInt8] {
  typealias Format = PlanFileFormat
  guard input.count >= Format.headerByteCount else { return input }
  var file = input
  file += [UInt8](repeating: 0, count: Format.roundUp(file.count) - file.count)
  set(UInt64(file.count), at: Format.Field.fileBytes, in: &file)
  set(Format.checksum(file), at: Format.Field.checksum, in: &file)
  return file
}

private func set(_ value: UInt64, at offset: Int, in file: inout [UInt8]) {
  for byte in 0..<8 { file[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
}

/// Nine steps on memory of exactly the stated size, unless that is large.
private func run(_ program: Program) {
  let steps = 9
  let ports = program.inputs + program.outputs
  let sizes =
    ports.map { 4 * $0.width * steps } + [program.stateByteCount, program.scratchByteCount]
  guard sizes.allSatisfy({ $0 < 1 << 24 }) else { return }
  let rows = ports.indices.map {
    UnsafeMutableRawBufferPointer.allocate(byteCount: sizes[$0], alignment: 4)
  }
  defer { for memory in rows { memory.deallocate() } }
  for memory in rows {
    for offset in stride(from: 0, to: memory.count, by: 4) {
      memory.storeBytes(
        of: Int32(truncatingIfNeeded: offset % 13), toByteOffset: offset, as: Int32.self)
    }
  }
  var stream = Stream(program)
  let inputs = rows[..<program.inputs.count].map { UnsafeRawPointer($0.baseAddress) }
  let outputs = rows[program.inputs.count...].map(\.baseAddress)
  do throws(RuntimeError) {
    try stream.step(inputs: inputs, outputs: outputs)
    try stream.run(inputs: inputs, outputs: outputs, steps: steps)
    try stream.load(stream.save())
  } catch {
    preconditionFailure("an opened plan does not run: \(error)")
  }
}
