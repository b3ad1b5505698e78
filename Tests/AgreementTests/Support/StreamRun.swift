import Runtime

/// What a stream gave: flat rows by output name, and final states by name.
struct StreamResult: Equatable {
  var outputs: [String: [Float]] = [:]
  var states: [String: [Float]] = [:]

  /// Equal bits, which `==` does not say of NaN and of zeros.
  func hasBits(of other: StreamResult) -> Bool {
    func bits(_ values: [String: [Float]]) -> [String: [UInt32]] {
      values.mapValues { $0.map(\.bitPattern) }
    }
    return bits(outputs) == bits(other.outputs) && bits(states) == bits(other.states)
  }
}

/// Runs whole sequences through a program, cut into portions as a test wants.
struct StreamRun {
  let program: Program
  /// By input of the program: all rows as the bytes that the C interface wants.
  private let inputs: [[UInt32]]
  let steps: Int

  init(_ program: Program, inputs: [String: [Float]], steps: Int) {
    self.program = program
    self.steps = steps
    self.inputs = program.inputs.map { port in
      inputs[port.name]!.map {
        port.isInteger ? UInt32(bitPattern: Int32($0)) : $0.bitPattern
      }
    }
  }

  /// A new stream over all steps in portions of the given sizes, the last ones repeated.
  func run(portions: [Int], on team: Team? = nil) throws -> StreamResult {
    var stream = Stream(program)
    var result = StreamResult()
    try run(&stream, 0..<steps, portions: portions, on: team, into: &result)
    return result
  }

  /// Continues `stream` with some of the steps; appends to the outputs and replaces the states.
  func run(
    _ stream: inout Stream, _ range: Range<Int>, portions: [Int], on team: Team? = nil,
    into result: inout StreamResult
  ) throws {
    var (start, portion) = (range.lowerBound, 0)
    while start < range.upperBound {
      let count = min(portions[min(portion, portions.count - 1)], range.upperBound - start)
      for (port, rows) in zip(program.outputs, try runOnce(&stream, start..<start + count, team)) {
        result.outputs[port.name, default: []] += rows
      }
      (start, portion) = (start + count, portion + 1)
    }
    for port in program.outputs { result.outputs[port.name, default: []] += [] }
    for (i, state) in program.states.enumerated() {
      result.states[state.name] = stream.values(ofState: i)
    }
  }

  private func runOnce(
    _ stream: inout Stream, _ range: Range<Int>, _ team: Team?
  ) throws -> [[Float]] {
    let buffers = program.outputs.map { port in
      // Not zero, so that an element nobody wrote shows.
      let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: range.count * port.width)
      buffer.initialize(repeating: .nan)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let rows = zip(program.inputs, inputs).map { port, values in
      Array(values[range.lowerBound * port.width..<range.upperBound * port.width])
    }
    try withPointers(to: rows) { inputs throws(RuntimeError) in
      let outputs = buffers.map { UnsafeMutableRawPointer($0.baseAddress) }
      if range.count == 1 {
        try stream.step(inputs: inputs, outputs: outputs)
      } else {
        try stream.run(inputs: inputs, outputs: outputs, steps: range.count, on: team)
      }
    }
    return buffers.map(Array.init)
  }

  private func withPointers(
    to rows: [[UInt32]], _ body: ([UnsafeRawPointer?]) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let copies = rows.map { row in
      let copy = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: row.count)
      _ = copy.initialize(from: row)
      return copy
    }
    defer { for copy in copies { copy.deallocate() } }
    try body(copies.map { UnsafeRawPointer($0.baseAddress) })
  }
}
