import CRuntime

extension Stream {
  /// The state as bytes that any stream of the same plan can `load`, in this process or another.
  public func save() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: program.stateByteCount) { bytes, count in
      let result = rnnc_save(
        program.handle.program, state.baseAddress, bytes.baseAddress, bytes.count)
      precondition(result == 0, "the memory was made for this program")
      count = program.stateByteCount
    }
  }

  /// Continues where `save` was called. Throws `.state` for a state of another plan or damaged
  /// bytes, and then leaves the stream as it was.
  public mutating func load(_ saved: [UInt8]) throws(RuntimeError) {
    let result = saved.withUnsafeBytes {
      rnnc_load(program.handle.program, state.baseAddress, $0.baseAddress, $0.count)
    }
    if result != 0 {
      throw RuntimeError(.state, "not a saved state of this program '\(program.name)'")
    }
  }

  /// The values of `program.states[index]`.
  public func values(ofState index: Int) -> [Float] {
    let port = program.states[index]
    let start = (state.baseAddress + port.offset).assumingMemoryBound(to: Float.self)
    return Array(UnsafeBufferPointer(start: start, count: port.width))
  }

  /// Replaces the values of `program.states[index]`; there are as many as the state is wide.
  public mutating func setValues(_ values: [Float], ofState index: Int) throws(RuntimeError) {
    let port = program.states[index]
    guard values.count == port.width else {
      throw RuntimeError(
        .argument, "state '\(port.name)' has \(port.width) values, not \(values.count)")
    }
    let start = (state.baseAddress + port.offset).assumingMemoryBound(to: Float.self)
    start.update(from: values, count: values.count)
  }
}
