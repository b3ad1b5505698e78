import Runtime
import Tensors

/// Memory for some steps of every input and output of a program, and the pointers that its calls
/// take: the tool's only unsafe code.
struct PortMemory: ~Copyable {
  /// Steps that fit.
  let capacity: Int
  private let memory: AlignedBuffer
  private let ports: [Place]
  private let inputCount: Int
  private var inputPointers: [UnsafeRawPointer?] = []
  private var outputPointers: [UnsafeMutableRawPointer?] = []

  private struct Place {
    let isInteger: Bool
    let width: Int
    let offset: Int
  }

  /// Throws when so many steps do not fit into `limit` bytes.
  init(_ program: Program, capacity: Int, limit: Int = 1 << 30) throws(Failure) {
    var offset = 0
    ports = try (program.inputs + program.outputs).map { (port) throws(Failure) -> Place in
      let (bytes, overflow) = capacity.multipliedReportingOverflow(by: max(1, port.width) * 4)
      guard !overflow, bytes <= limit - offset else {
        throw Failure(.usage, "\(capacity) steps need more than \(readableBytes(limit))")
      }
      defer { offset += (bytes + 63) & ~63 }
      return Place(isInteger: port.isInteger, width: port.width, offset: offset)
    }
    self.capacity = capacity
    inputCount = program.inputs.count
    memory = AlignedBuffer(byteCount: offset)
    point(at: 0)
  }

  /// Makes the calls below begin at this row of every port.
  mutating func point(at row: Int) {
    precondition(row >= 0 && row <= capacity)
    let base = memory.baseAddress
    let pointers = ports.map { base + $0.offset + row * $0.width * 4 }
    inputPointers = pointers[..<inputCount].map { UnsafeRawPointer($0) }
    outputPointers = Array(pointers[inputCount...])
  }

  /// Runs `steps` steps from the current row on, on this thread or shared by a team.
  mutating func run(_ stream: inout Stream, steps: Int, on team: Team?) throws(Failure) {
    precondition(steps <= capacity)
    do {
      try stream.run(inputs: inputPointers, outputs: outputPointers, steps: steps, on: team)
    } catch {
      throw Failure(runtime: error)
    }
  }

  /// Calls `body` with the memory's pointers, which must not leave it: for timing single calls.
  mutating func withPointers<R>(
    _ body: (UnsafePointer<UnsafeRawPointer?>, UnsafePointer<UnsafeMutableRawPointer?>) throws -> R
  ) rethrows -> R {
    try inputPointers.withUnsafeBufferPointer { inputs in
      try outputPointers.withUnsafeBufferPointer { outputs in
        try body(inputs.baseAddress!, outputs.baseAddress!)
      }
    }
  }

  /// Copies the block's rows to the first rows; it fits the program and has at most `capacity` steps.
  mutating func fill(_ block: StepBlock) {
    precondition(block.steps <= capacity && block.inputs.count == inputCount)
    for (rows, port) in zip(block.inputs, ports) {
      let start = memory.baseAddress + port.offset
      switch rows {
      case .floats(let values):
        precondition(!port.isInteger && values.count == block.steps * port.width)
        start.withMemoryRebound(to: Float.self, capacity: values.count) {
          $0.update(from: values, count: values.count)
        }
      case .integers(let values):
        precondition(port.isInteger && values.count == block.steps * port.width)
        start.withMemoryRebound(to: Int32.self, capacity: values.count) {
          $0.update(from: values, count: values.count)
        }
      }
    }
  }

  /// The first `steps` rows of every output.
  func outputs(steps: Int) -> [[Float]] {
    ports[inputCount...].map { port in
      let count = steps * port.width
      let start = memory.baseAddress + port.offset
      if port.isInteger {
        let integers = UnsafeBufferPointer(
          start: start.assumingMemoryBound(to: Int32.self), count: count)
        return integers.map { Float($0) }
      }
      return Array(
        UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count))
    }
  }
}
