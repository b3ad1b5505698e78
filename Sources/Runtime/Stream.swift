import CRuntime
import Tensors

/// One sequence being processed: a program, its state and its working memory.
///
/// Steps allocate nothing, take no lock and make no system call. A stream is used by one thread at a
/// time; different streams of one program by any number at once.
public struct Stream: ~Copyable {
  public let program: Program
  let state: AlignedBuffer
  private let scratch: AlignedBuffer
  /// Widths of the only input and the only output where both are `Float`, otherwise nil.
  private let single: (input: Int, output: Int)?

  /// A stream at its first step.
  public init(_ program: Program) {
    self.program = program
    state = AlignedBuffer(byteCount: program.stateByteCount)
    scratch = AlignedBuffer(byteCount: program.scratchByteCount)
    single = program.singleWidths
    let result = rnnc_init(program.handle.program, state.baseAddress, state.byteCount)
    precondition(result == 0, "the memory was made for this program")
  }

  /// Back to the first step.
  public mutating func reset() {
    rnnc_reset(program.handle.program, state.baseAddress)
  }

  /// One step of a program with one `Float` input and one `Float` output; both hold one row.
  public mutating func step(
    _ input: Span<Float>, into output: inout MutableSpan<Float>
  ) throws(RuntimeError) {
    try run(input, into: &output, steps: 1)
  }

  /// `steps` steps of a program with one `Float` input and one `Float` output: rows of the port's
  /// width, one after the other. In whatever portions a sequence is run, the results are the same.
  public mutating func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, steps: Int
  ) throws(RuntimeError) {
    try checkSinglePorts(input.count, output.count, steps)
    let result = input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        runSingle(input.baseAddress, output.baseAddress, steps)
      }
    }
    try check(result)
  }

  /// `steps` steps of any program, on this thread or shared by a team. `inputs[i]` and `outputs[i]`
  /// point to `steps` rows of the port's width, `Float` or `Int32`; the caller answers for their size.
  public mutating func run(
    inputs: UnsafePointer<UnsafeRawPointer?>, outputs: UnsafePointer<UnsafeMutableRawPointer?>,
    steps: Int, on team: Team? = nil
  ) throws(RuntimeError) {
    guard steps >= 0 else { throw RuntimeError(.argument, "\(steps) steps") }
    guard let team else {
      return try check(
        rnnc_run(
          program.handle.program, state.baseAddress, scratch.baseAddress, inputs, outputs, steps))
    }
    try check(
      team.run(
        SharedCall(
          program: program.handle.program, state: state.baseAddress, scratch: scratch.baseAddress,
          inputs: inputs, outputs: outputs, steps: steps)))
  }

  /// The same for one step.
  public mutating func step(
    inputs: UnsafePointer<UnsafeRawPointer?>, outputs: UnsafePointer<UnsafeMutableRawPointer?>
  ) throws(RuntimeError) {
    try check(
      rnnc_step(program.handle.program, state.baseAddress, scratch.baseAddress, inputs, outputs))
  }

  private func runSingle(
    _ input: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>?, _ steps: Int
  ) -> Int32 {
    var inputPointer = UnsafeRawPointer(input)
    var outputPointer = UnsafeMutableRawPointer(output)
    return rnnc_run(
      program.handle.program, state.baseAddress, scratch.baseAddress, &inputPointer,
      &outputPointer, steps)
  }

  private func checkSinglePorts(
    _ inputCount: Int, _ outputCount: Int, _ steps: Int
  ) throws(RuntimeError) {
    guard let single else {
      throw RuntimeError(.argument, "the program has not one float input and one float output")
    }
    let (input, inputOverflow) = single.input.multipliedReportingOverflow(by: steps)
    let (output, outputOverflow) = single.output.multipliedReportingOverflow(by: steps)
    guard steps >= 0, !inputOverflow, !outputOverflow, inputCount == input, outputCount == output
    else {
      throw RuntimeError(
        .argument,
        "\(steps) steps need \(single.input) input and \(single.output) output elements each, "
          + "there are \(inputCount) and \(outputCount)")
    }
  }

  private func check(_ result: Int32) throws(RuntimeError) {
    if result != 0 {
      throw RuntimeError(result: result, message: "an input or output is missing or misaligned")
    }
  }
}
